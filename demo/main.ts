// The demo page. A clip and a sentence or a picture go in, takes come out; all computing is behind the public API.
//
//   inputs/   where things come from: clip_input (clip, samples, webcam), timeline (part, thumbnails), content_input
//             (sentence, picture), settings_form (sliders and fields)
//   state/    what is asked and what came of it: settings (also as link and code), take, takes (queue), store (reloads)
//   views/    what is seen: stage and player (before, after), progress and preview, take_cards, take_bar, compare, device
//   model.ts  the one editor, in a worker (worker.ts), and the line in front of it
//   css/      base (colours, grid), controls, and one file a part
//
// This file only wires them. command.ts is another page: the one that the command line drives.
import { copyText, openDialog, make, requireElement } from './dom.ts';
import { messageOf } from './errors.ts';
import { type Clip } from './inputs/clip.ts';
import { ClipInput } from './inputs/clip_input.ts';
import { ContentInput } from './inputs/content_input.ts';
import { ignoreStrayDrops, pasteInput } from './inputs/file_input.ts';
import { partOf } from './inputs/part.ts';
import { SettingsForm } from './inputs/settings_form.ts';
import { Timeline } from './inputs/timeline.ts';
import { Model } from './model.ts';
import { apiCode } from './state/code.ts';
import { DEFAULTS, fromHash, toHash, type Settings } from './state/settings.ts';
import { type Take } from './state/take.ts';
import { Takes } from './state/takes.ts';
import { keep, recall } from './state/visit.ts';
import { openComparison } from './views/compare.ts';
import { describeDevice } from './views/device.ts';
import { Player } from './views/player.ts';
import { ProgressView } from './views/progress.ts';
import { Stage } from './views/stage.ts';
import { TakeBar } from './views/take_bar.ts';
import { TakeCards } from './views/take_cards.ts';

const run = requireElement('run', HTMLButtonElement);
const message = requireElement('message', HTMLParagraphElement);
const transport = requireElement('transport', HTMLDivElement);

let clip: Clip | undefined;
/** The take on the screen; undefined where it is the clip alone. */
let current: Take | undefined;

const model = new Model();
const form = new SettingsForm(() => {
  hideMessage();
  remember();
});
const content = new ContentInput(() => {
  hideMessage();
  form.blending = content.files.picture !== undefined;
});
const stage = new Stage();
const progress = new ProgressView();
const timeline = new Timeline({
  onScrub: (time) => player.seek(time),
  onHold: (held) => (stage.trimming = held && current !== undefined),
  onPart: (part) => {
    form.part = part;
    remember();
    if (clip) player.part = partOf(clip, part);
  },
});
const player = new Player((time) => (timeline.time = time));
const takes = new Takes(model, {
  onChange: () => showTakes(),
  onProgress: (take, event) => {
    progress.show(event, take === current);
    if (take === current && 'preview' in event) stage.comparing = true;
  },
  onEnd: (take, error) => {
    progress.end(take.status === 'done' ? 'A take is ready.' : '');
    if (error !== undefined) fail(error);
    else if (take.status === 'cancelled') say('Cancelled. Refilm it again when you like.');
    if (take === current) show(take);
  },
});
const bar = new TakeBar(model, { onUse: use, onMeasured: (take) => takes.changed(take) });
const cards = new TakeCards({
  onShow: show,
  onCancel: cancel,
  onAgain: (take) => {
    takes.again(take);
    show(take);
  },
  onRemove: (gone) => {
    takes.remove(gone);
    if (current && gone.includes(current)) showClip(current.clip);
  },
  onCompare: openComparison,
});
const clips = new ClipInput({
  onClip: (chosen) => {
    hideMessage();
    if (chosen) {
      if (clip !== undefined) form.part = { start: DEFAULTS.start, duration: DEFAULTS.duration };
      showClip(chosen);
    } else showNoClip();
    remember();
  },
  onSample: ({ prompt }) => content.suggest(prompt),
});

requireElement('request', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  request();
});
requireElement('cancel', HTMLButtonElement).addEventListener('click', () => {
  if (takes.running) cancel(takes.running);
});
requireElement('share', HTMLButtonElement).addEventListener('click', () => {
  const settings = form.read();
  if (settings)
    void copyText(`${location.href.replace(/#.*/, '')}#${toHash(settings, clip?.sample)}`, 'Link');
});
requireElement('code', HTMLButtonElement).addEventListener('click', () => {
  const settings = form.read();
  if (settings) showCode(settings);
});
pasteInput({ video: (file) => clips.take(file), image: (file) => void content.setPicture(file) });
ignoreStrayDrops();
document.addEventListener('keydown', (event) => {
  const free = event.target === document.body || event.target === player.source;
  if (event.key === ' ' && free && clip) {
    event.preventDefault();
    player.toggle();
  }
});
window.addEventListener('hashchange', restore);
restore();
void describeDevice();
void takes.restore();

/** Queues what the form asks for. */
function request(): void {
  hideMessage();
  if (!clip) return say('Choose a clip first: drop one, pick one, or try a sample.');
  const settings = form.read();
  if (!settings) return;
  if (settings.prompt.trim() === '' && !content.files.picture) {
    content.focus();
    return say('Say in a sentence what the clip shall show, or choose a picture that it shall look like.');
  }
  const alone = !takes.running;
  const take = takes.add(clip, settings, content.files);
  if (alone) show(take);
}

function cancel(take: Take): void {
  if (take.status === 'running') progress.cancelling();
  takes.cancel(take);
}

function show(take: Take): void {
  current = take;
  clip = take.clip;
  clips.show(take.clip);
  const part = partOf(take.clip, take.settings);
  showOnScreen(take.clip, part);
  stage.comparing = take.status === 'done';
  if (take.status === 'done' && take.url !== undefined) player.showResult(take.url, part);
  showTakes();
}

function showClip(chosen: Clip): void {
  clip = chosen;
  current = undefined;
  clips.show(chosen);
  stage.comparing = false;
  showOnScreen(chosen, partOf(chosen, form.part));
  showTakes();
}

function showOnScreen(chosen: Clip, part: ReturnType<typeof partOf>): void {
  stage.aspect = chosen.width / chosen.height;
  transport.hidden = false;
  progress.clearPreview();
  player.load(chosen, part);
  timeline.load(chosen, current?.settings ?? form.part);
}

function showNoClip(): void {
  clip = current = undefined;
  player.unload();
  transport.hidden = true;
  stage.comparing = false;
  progress.clearPreview();
  showTakes();
}

function showTakes(): void {
  cards.show(takes.all, current);
  bar.show(current?.status === 'done' ? current : undefined);
  run.textContent = takes.running ? 'Add to queue' : 'Refilm it';
}

/** Fills the form with what made `take`. */
function use(take: Take): void {
  form.write({ ...DEFAULTS, ...take.settings });
  void content.setPicture(take.files.picture);
  showClip(take.clip);
  remember();
}

function showCode(settings: Settings): void {
  const code = apiCode(settings, content.files);
  const copy = make('button', { type: 'button', className: 'button primary', textContent: 'Copy' });
  copy.addEventListener('click', () => void copyText(code, 'Code'));
  openDialog('The same by code', make('pre', { tabIndex: 0, textContent: code }), copy);
}

/** What a link says, else what was set at the last visit. A part is of no use without its clip. */
function restore(): void {
  const linked = location.hash.length > 1;
  const { settings, clip: sample } = fromHash(linked ? location.hash : recall());
  const part = linked || sample !== undefined ? {} : { start: DEFAULTS.start, duration: DEFAULTS.duration };
  form.write({ ...DEFAULTS, ...settings, ...part });
  if (sample !== undefined) clips.takeSample(sample);
}

function remember(): void {
  const settings = form.peek();
  if (settings) keep(toHash(settings, clip?.sample));
}

function fail(error: unknown): void {
  const { title, text } = messageOf(error);
  say(`${title}. ${text}`, true);
}

function say(text: string, fault = false): void {
  message.textContent = text;
  message.classList.toggle('fault', fault);
  message.hidden = false;
}

function hideMessage(): void {
  message.hidden = true;
}
