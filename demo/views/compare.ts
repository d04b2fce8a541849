// Takes side by side, playing as one, with their settings; what differs stands out.
import { make, openDialog } from '../dom.ts';
import { DEFAULTS, type Settings, valueText } from '../state/settings.ts';
import { type Take, titleOf } from '../state/take.ts';
import { withSymbols } from '../symbols.ts';

const NAMES: Readonly<Record<keyof Settings, string>> = {
  mode: 'Mode',
  prompt: 'Prompt',
  structure: 'Structure t_s',
  temporal: 'Smoothness ω_t',
  guidance: 'Obedience ω',
  strength: 'Style strength',
  blend: 'Picture’s share',
  seed: 'Seed',
  steps: 'Steps',
  fps: 'Frames per second',
  start: 'Start',
  duration: 'Length',
};

/** Opens a dialog with finished takes beside each other, and the clip before them where it is the same for all. */
export function openComparison(takes: readonly Take[]): void {
  const videos: HTMLVideoElement[] = [];
  const figure = (url: string, title: string, label: string, ...more: Node[]): HTMLElement => {
    const video = make('video', { src: url, muted: true, loop: true, playsInline: true, ariaLabel: label });
    videos.push(video);
    return make(
      'figure',
      {},
      video,
      make('figcaption', { className: 'strong', textContent: title }),
      ...more,
    );
  };
  const figures = takes.map((take) =>
    figure(take.url!, titleOf(take), `Take: ${titleOf(take)}`, settingsList(take, takes)),
  );
  const play = make('button', { type: 'button', className: 'button primary', textContent: 'Pause' });
  const seek = make('input', {
    type: 'range',
    min: '0',
    max: '1',
    step: 'any',
    value: '0',
    ariaLabel: 'Position',
  });
  play.addEventListener('click', () => {
    const start = play.textContent === 'Play';
    play.textContent = start ? 'Pause' : 'Play';
    for (const video of videos) void (start ? video.play().catch(() => undefined) : video.pause());
  });
  seek.addEventListener('input', () => {
    play.textContent = 'Play';
    for (const video of videos) {
      video.pause();
      video.currentTime = seek.valueAsNumber * Math.max(0, (video.duration || 0) - 1e-3);
    }
  });
  const dialog = openDialog(
    takes.length === 1 ? 'One take' : `${takes.length} takes side by side`,
    make('div', { className: 'compare-grid' }, ...figures),
    make('div', { className: 'row nowrap' }, play, seek),
  );
  dialog.classList.add('wide');
  const [leader, ...others] = videos;
  leader?.addEventListener('timeupdate', () => {
    seek.valueAsNumber = leader.currentTime / (leader.duration || 1);
    for (const video of others) {
      const same = Math.abs(video.duration - leader.duration) < 0.05;
      if (same && Math.abs(video.currentTime - leader.currentTime) > 0.12)
        video.currentTime = leader.currentTime;
    }
  });
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) play.textContent = 'Play';
  else for (const video of videos) void video.play().catch(() => undefined);
}

function settingsList(take: Take, all: readonly Take[]): HTMLDListElement {
  const rows: (readonly [name: string, value: string, differs: boolean])[] = [];
  for (const [name, title] of Object.entries(NAMES) as [keyof Settings, string][]) {
    const value = take.settings[name];
    const differs = all.some(({ settings }) => settings[name] !== value);
    if (name === 'prompt' || (!differs && value === DEFAULTS[name])) continue;
    rows.push([title, valueText(name, value), differs]);
  }
  if (all.some(({ clip }) => clip !== take.clip)) rows.unshift(['Clip', take.clip.name, true]);
  const { quality } = take;
  if (quality) rows.push(['Frame consistency', quality.result.frame.toFixed(3), false]);
  if (quality?.result.prompt !== undefined)
    rows.push(['Prompt consistency', quality.result.prompt.toFixed(3), false]);
  if (rows.length === 0) rows.push(['Settings', 'the defaults', false]);
  return make(
    'dl',
    {},
    ...rows.flatMap(([name, value, differs]) => [
      make('dt', {}, ...withSymbols(name)),
      make('dd', { textContent: value, className: differs ? 'differs' : '' }),
    ]),
  );
}
