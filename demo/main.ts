// The demo page: a clip and a sentence or a picture go in, a run can be watched and cancelled, the result is played
// beside its source. All computing is behind the public API; the other files here are one part of the page each.
import { Gpu } from '../src/gpu/index.ts';
import { type ProgressEvent, UnsupportedError } from '../src/index.ts';
import { type Clip, ClipInput } from './clip_input.ts';
import { ContentInput } from './content_input.ts';
import { requireElement } from './dom.ts';
import { endsTheEditor, messageOf } from './errors.ts';
import { ignoreStrayDrops } from './file_input.ts';
import { KeptEditor } from './model.ts';
import { ProgressView } from './progress_view.ts';
import { ResultView } from './result_view.ts';
import { SettingsInput } from './settings_input.ts';

const run = requireElement('run', HTMLButtonElement);
const cancel = requireElement('cancel', HTMLButtonElement);
const message = requireElement('message', HTMLParagraphElement);
const editorPage = requireElement('editor', HTMLElement);

const kept = new KeptEditor();
const content = new ContentInput();
const settings = new SettingsInput();
const progress = new ProgressView();
const clips = new ClipInput(
  (chosen) => {
    clip = chosen;
    if (!chosen) return;
    hideMessage();
    result.clear();
    editorPage.style.setProperty('--aspect', String(chosen.aspect));
  },
  ({ prompt }) => content.suggest(prompt),
);
const result = new ResultView(clips.video);

let clip: Clip | undefined;
let running: AbortController | undefined;

requireElement('request', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  if (!running) void start();
});
cancel.addEventListener('click', () => {
  running?.abort();
  cancel.disabled = true;
  progress.cancelling();
});
ignoreStrayDrops();
void describeDevice();

/** Asks for a GPU before anybody has chosen a clip in vain. */
async function describeDevice(): Promise<void> {
  try {
    const gpu = await Gpu.create();
    requireElement('device', HTMLParagraphElement).textContent = `Runs on ${gpu.describe()}`;
    gpu.dispose();
  } catch (error) {
    fail(error);
  }
}

async function start(): Promise<void> {
  hideMessage();
  if (!clip) return say('Choose a clip first: drop one, pick one, or try a sample.');
  const what = content.read();
  if (typeof what === 'string') {
    content.focus();
    return say(what);
  }
  const chosen = settings.read();
  if (!chosen) return;

  const source = clip;
  const { signal } = (running = new AbortController());
  result.clear();
  progress.start();
  showRunning(true);
  try {
    const onProgress = (event: ProgressEvent): void => {
      if (!signal.aborted) progress.show(event);
    };
    const editor = await kept.get(signal, onProgress);
    const edited = await editor.edit(source.file, { ...what, ...chosen, signal, onProgress });
    progress.end('The refilmed clip is ready.');
    result.show(edited, source, chosen.start ?? 0);
  } catch (error) {
    progress.end();
    if (endsTheEditor(error)) kept.drop();
    if (signal.aborted) say('Cancelled. Start runs it again.');
    else fail(error);
  } finally {
    running = undefined;
    showRunning(false);
  }
}

function showRunning(on: boolean): void {
  const focused = document.activeElement;
  clips.enabled = !on;
  run.disabled = on;
  cancel.disabled = false;
  cancel.hidden = !on;
  // The button that had the focus is gone: it goes to the one in its place.
  if (on) cancel.focus();
  else if (focused === cancel || focused === document.body) run.focus({ preventScroll: true });
}

function fail(error: unknown): void {
  if (error instanceof UnsupportedError) return showUnsupported(error.reasons);
  const { title, text } = messageOf(error);
  say(`${title}. ${text}`, true);
}

function showUnsupported(reasons: readonly string[]): void {
  const items = reasons.map((reason) => {
    const item = document.createElement('li');
    item.textContent = reason;
    return item;
  });
  requireElement('unsupported-reasons', HTMLUListElement).replaceChildren(...items);
  requireElement('unsupported', HTMLElement).hidden = false;
  requireElement('device', HTMLParagraphElement).hidden = true;
  editorPage.hidden = true;
}

function say(text: string, fault = false): void {
  message.textContent = text;
  message.classList.toggle('fault', fault);
  message.hidden = false;
}

function hideMessage(): void {
  message.hidden = true;
}
