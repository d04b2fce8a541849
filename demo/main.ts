// The demo page. A clip and a sentence or a picture go in, takes come out; all computing is behind the public API.
//
//   inputs/   where things come from: clip_input (clip, samples, webcam), timeline (part, thumbnails), content_input
//             (sentence, picture), settings_form (sliders and fields), mode_tabs and one mode_* file a mode
//   state/    what is asked and what came of it: settings, link, code, take, takes (queue), store (reloads)
//   views/    what is seen: stage and player (before, after), depth, progress and preview, message, take_cards, take_bar, mixer,
//             compare, sweep and plot, share, device
//   model.ts  the one editor, in a worker (worker.ts), and the line in front of it
//   service_worker.ts  keeps the page for visits without a network
//   css/      base (colours, grid), controls, dialog, and one file a part of the page
//
// This file only wires them. command.ts is another page: the one that the command line drives.
import { type MaskOptions, MODES } from '../src/index.ts';
import { requireElement } from './dom.ts';
import { type Clip } from './inputs/clip.ts';
import { ClipInput } from './inputs/clip_input.ts';
import { ContentInput } from './inputs/content_input.ts';
import { ignoreStrayDrops, pasteInput } from './inputs/file_input.ts';
import { CustomizeMode } from './inputs/mode_customize.ts';
import { MaskMode } from './inputs/mode_mask.ts';
import { RenderMode } from './inputs/mode_render.ts';
import { StoryboardMode } from './inputs/mode_storyboard.ts';
import { ModeTabs } from './inputs/mode_tabs.ts';
import { type Part, partOf } from './inputs/part.ts';
import { SettingsForm } from './inputs/settings_form.ts';
import { Timeline } from './inputs/timeline.ts';
import { Model } from './model.ts';
import { lookOptions } from './state/look.ts';
import { fromHash, toHash } from './state/link.ts';
import { DEFAULTS, type RequestFiles, type Settings } from './state/settings.ts';
import { type Take } from './state/take.ts';
import { Takes } from './state/takes.ts';
import { keep, keepPage, recall } from './state/visit.ts';
import { openComparison } from './views/compare.ts';
import { DepthView } from './views/depth.ts';
import { describeDevice } from './views/device.ts';
import { fail, hideMessage, say } from './views/message.ts';
import { Player } from './views/player.ts';
import { ProgressView } from './views/progress.ts';
import { copyLink, openCode } from './views/share.ts';
import { Stage } from './views/stage.ts';
import { openSweep } from './views/sweep.ts';
import { TakeBar } from './views/take_bar.ts';
import { TakeCards } from './views/take_cards.ts';

const run = requireElement('run', HTMLButtonElement);
const transport = requireElement('transport', HTMLDivElement);

let clip: Clip | undefined;
/** The take on the screen; undefined where it is the clip alone. */
let current: Take | undefined;
/** Address of what the sliders made of the current take. */
let mixed = '';

const model = new Model();
const form = new SettingsForm(changed);
const content = new ContentInput(() => {
  form.blending = content.files.picture !== undefined;
  changed();
});
const mask = new MaskMode((options, signal) =>
  model.use((editor) => editor.mask(clip!.file, { ...lookOptions(form, signal), mask: options }), { signal }),
);
const modes = new ModeTabs(
  [
    { mode: 'stylize' },
    new StoryboardMode((film) => clips.take(film)),
    mask,
    new RenderMode(
      () => clip,
      (film) => clips.take(film),
    ),
    new CustomizeMode(),
  ],
  (mode) => {
    form.write({ structure: MODES[mode].defaults.structure ?? DEFAULTS.structure });
    changed();
  },
);
const depth = new DepthView((signal) =>
  model.use((editor) => editor.depthMaps(clip!.file, lookOptions(form, signal)), { signal }),
);
const stage = new Stage((view) => (depth.shown = view === 'depth'));
const progress = new ProgressView();
const timeline = new Timeline({
  onScrub: (time) => player.seek(time),
  onHold: (held) => (stage.trimming = held && current !== undefined),
  onPart: (part) => {
    form.part = part;
    changed();
    if (clip) player.part = partOf(clip, part);
  },
});
const player = new Player((time) => (timeline.time = depth.time = mask.canvas.time = time));
const takes = new Takes(model, {
  onChange: showTakes,
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
const bar = new TakeBar(model, {
  onUse: use,
  onMeasured: (take) => takes.changed(take),
  onMixed: (take, video) => {
    URL.revokeObjectURL(mixed);
    mixed = URL.createObjectURL(video);
    player.showResult(mixed, partOf(take.clip, take.settings));
  },
  onExactly: (take, settings) => queue(take.clip, settings, take.files),
});
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
    if (chosen && clip !== undefined) form.part = { start: DEFAULTS.start, duration: DEFAULTS.duration };
    if (chosen) showClip(chosen);
    else showNoClip();
    changed();
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
  const settings = read();
  if (settings) copyLink({ settings, clip: clip?.sample, mask: maskOfMode() });
});
requireElement('code', HTMLButtonElement).addEventListener('click', () => {
  const settings = read();
  if (settings) openCode(settings, files() ?? content.files);
});
requireElement('sweep', HTMLButtonElement).addEventListener('click', () => {
  const settings = read();
  const brought = files();
  if (!clip) say('Choose a clip first: drop one, pick one, or try a sample.');
  else if (settings && brought) openSweep(model, clip, settings, brought);
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
keepPage();

/** Queues what the form asks for. */
function request(): void {
  hideMessage();
  if (!clip) return say('Choose a clip first: drop one, pick one, or try a sample.');
  const settings = read();
  if (!settings) return;
  if (settings.prompt.trim() === '' && !content.files.picture) {
    content.focus();
    return say('Say in a sentence what the clip shall show, or choose a picture that it shall look like.');
  }
  const brought = files();
  if (!brought) return;
  queue(clip, settings, brought);
}

/** Queues a take, and shows it where it runs at once. */
function queue(...asked: Parameters<typeof takes.add>): void {
  const alone = !takes.running;
  const take = takes.add(...asked);
  if (alone) show(take);
}

/** The settings, with the browser's word where one is out of range. */
function read(): Settings | undefined {
  const settings = form.read();
  return settings && { ...settings, mode: modes.mode };
}

/** What the request brings along; says what is missing. */
function files(): RequestFiles | undefined {
  const brought = modes.files;
  if (typeof brought !== 'string') return { ...content.files, ...brought };
  say(brought);
  return undefined;
}

function maskOfMode(): MaskOptions | undefined {
  const brought = modes.files;
  return typeof brought === 'string' ? undefined : brought.mask;
}

function cancel(take: Take): void {
  if (take.status === 'running') progress.cancelling();
  takes.cancel(take);
}

function show(take: Take): void {
  current = take;
  clips.show(take.clip);
  const part = partOf(take.clip, take.settings);
  showOnScreen(take.clip, part);
  stage.comparing = take.status === 'done';
  if (take.url !== undefined) player.showResult(take.url, part);
  showTakes();
}

function showClip(chosen: Clip): void {
  current = undefined;
  clips.show(chosen);
  stage.comparing = false;
  showOnScreen(chosen, partOf(chosen, form.part));
  showTakes();
}

function showOnScreen(chosen: Clip, part: Part): void {
  clip = chosen;
  stage.aspect = chosen.width / chosen.height;
  transport.hidden = false;
  progress.clearPreview();
  player.load(chosen, part);
  timeline.load(chosen, current?.settings ?? form.part);
  mask.canvas.load(chosen);
  depth.load(chosen);
}

function showNoClip(): void {
  clip = current = undefined;
  player.unload();
  transport.hidden = true;
  stage.comparing = false;
  stage.aspect = undefined;
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
  showClip(take.clip); // before its mode: what was painted belongs to the clip
  modes.choose(take.settings.mode, take.files);
  const region = take.files.mask?.region;
  // The take may have played past the frame that was painted on.
  if (region && 'brush' in region) player.seek(region.brush[0]!.time + 2e-4);
  changed();
}

/** What a link says, else what was set at the last visit. A part is of no use without its clip. */
function restore(): void {
  const linked = location.hash.length > 1;
  const { settings, clip: sample, mask } = fromHash(linked ? location.hash : recall());
  const part = linked || sample !== undefined ? {} : { start: DEFAULTS.start, duration: DEFAULTS.duration };
  form.write({ ...DEFAULTS, ...settings, ...part });
  modes.choose(settings.mode ?? DEFAULTS.mode, mask && { mask });
  if (sample !== undefined) clips.takeSample(sample);
}

/** Something was changed by hand: what was said of it is old, and it is kept for the next visit. */
function changed(): void {
  hideMessage();
  const settings = form.peek();
  if (settings) {
    keep(toHash({ settings: { ...settings, mode: modes.mode }, clip: clip?.sample, mask: maskOfMode() }));
  }
}
