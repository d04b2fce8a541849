// The strip below the screen: thumbnails to scrub over, and two handles that choose the part to refilm. The handles snap
// to frames; while one is dragged the screen shows the frame under it.
import { make, requireElement } from '../dom.ts';
import type { Settings } from '../state/settings.ts';
import type { Clip } from './clip.ts';
import { frameAt, framesOf, settingsOf } from './part.ts';
import { drawThumbnails } from './thumbnails.ts';

/** What the strip is used for. */
export interface TimelineEvents {
  /** Show the clip at this time. */
  readonly onScrub: (time: number) => void;
  /** A handle is held, or let go. */
  readonly onHold: (held: boolean) => void;
  /** Another part is chosen. */
  readonly onPart: (part: Pick<Settings, 'start' | 'duration'>) => void;
}

/** The strip with the handles. */
export class Timeline {
  readonly #box = requireElement('timeline', HTMLDivElement);
  readonly #strip = make('canvas', { width: 960, height: 80 });
  readonly #scrub = make('input', { type: 'range', min: '0', step: '1', ariaLabel: 'Frame' });
  readonly #kept = make('div', { className: 'kept' });
  readonly #veils = [make('div', { className: 'veil' }), make('div', { className: 'veil' })] as const;
  readonly #playhead = make('div', { className: 'playhead' });
  readonly #handles: readonly [HTMLDivElement, HTMLDivElement];
  readonly #events: TimelineEvents;
  #clip: Clip | undefined;
  #frames: readonly [first: number, end: number] = [0, 0];
  #drawing = new AbortController();

  constructor(events: TimelineEvents) {
    this.#events = events;
    this.#handles = [this.#handle(0, 'Start of the part'), this.#handle(1, 'End of the part')];
    this.#scrub.addEventListener('input', () => {
      const index = this.#scrub.valueAsNumber;
      events.onScrub((this.#clip?.times[index] ?? 0) + 2e-4);
    });
    const [before, after] = this.#veils;
    this.#strip.setAttribute('aria-hidden', 'true');
    this.#box.append(this.#strip, before, after, this.#kept, this.#scrub, this.#playhead, ...this.#handles);
  }

  /** Shows a clip and the part of it that settings choose. */
  load(clip: Clip, settings: Pick<Settings, 'start' | 'duration'>): void {
    if (clip !== this.#clip) {
      this.#clip = clip;
      this.#drawing.abort();
      this.#drawing = new AbortController();
      this.#scrub.max = String(clip.times.length - 1);
      void drawThumbnails(clip, this.#strip, this.#drawing.signal);
    }
    this.#frames = framesOf(clip, settings);
    this.#showPart();
  }

  /** Puts the playhead at `time`. */
  set time(time: number) {
    const clip = this.#clip;
    if (!clip) return;
    const index = frameAt(clip.times, time + 1e-4);
    this.#scrub.value = String(index);
    this.#scrub.ariaValueText = `frame ${index + 1} of ${clip.times.length}, ${time.toFixed(2)} s`;
    this.#playhead.style.left = `${100 * Math.min(1, time / clip.duration)}%`;
  }

  #handle(which: 0 | 1, label: string): HTMLDivElement {
    const handle = make('div', {
      className: `handle ${which === 0 ? 'start' : 'end'}`,
      tabIndex: 0,
      ariaLabel: label,
    });
    handle.setAttribute('role', 'slider');
    handle.addEventListener('pointerdown', (event) => {
      handle.setPointerCapture(event.pointerId);
      handle.focus();
      this.#events.onHold(true);
      event.preventDefault();
    });
    handle.addEventListener('pointermove', (event) => {
      if (!handle.hasPointerCapture(event.pointerId) || !this.#clip) return;
      const { left, width } = this.#box.getBoundingClientRect();
      const time = ((event.clientX - left) / width) * this.#clip.duration;
      this.#move(which, nearest([...this.#clip.times, this.#clip.duration], time));
    });
    for (const end of ['pointerup', 'pointercancel'] as const)
      handle.addEventListener(end, () => this.#events.onHold(false));
    handle.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 6, PageDown: -6 }[
        event.key
      ];
      const index =
        event.key === 'Home' ? 0 : event.key === 'End' ? Infinity : this.#frames[which] + (step ?? NaN);
      if (Number.isNaN(index)) return;
      event.preventDefault();
      this.#move(which, index);
    });
    return handle;
  }

  /** At least one frame stays between the handles. */
  #move(which: 0 | 1, index: number): void {
    const clip = this.#clip;
    if (!clip) return;
    const [first, end] = this.#frames;
    this.#frames =
      which === 0
        ? [Math.max(0, Math.min(end - 1, index)), end]
        : [first, Math.min(clip.times.length, Math.max(first + 1, index))];
    this.#showPart();
    this.#events.onPart(settingsOf(clip, this.#frames));
    const shown = which === 0 ? this.#frames[0] : this.#frames[1] - 1;
    this.#events.onScrub((clip.times[shown] ?? 0) + 2e-4);
  }

  #showPart(): void {
    const clip = this.#clip!;
    const [first, end] = this.#frames;
    const seconds = [first === 0 ? 0 : clip.times[first]!, clip.times[end] ?? clip.duration] as const;
    const [from, to] = seconds.map((time) => (100 * time) / clip.duration) as [number, number];
    this.#veils[0].style.cssText = `left: 0; width: ${from}%`;
    this.#veils[1].style.cssText = `left: ${to}%; right: 0`;
    this.#kept.style.cssText = `left: ${from}%; width: ${to - from}%`;
    for (const [which, handle] of this.#handles.entries()) {
      handle.style.left = `${which === 0 ? from : to}%`;
      handle.ariaValueMin = '0';
      handle.ariaValueMax = clip.duration.toFixed(2);
      handle.ariaValueNow = seconds[which]!.toFixed(2);
      handle.ariaValueText = `${seconds[which]!.toFixed(2)} s, ${end - first} frames chosen`;
    }
  }
}

function nearest(times: readonly number[], time: number): number {
  let best = 0;
  for (const [i, each] of times.entries())
    if (Math.abs(each - time) < Math.abs(times[best]! - time)) best = i;
  return best;
}
