// The part of a clip that is refilmed: between frames while it is dragged, in seconds in the settings.
import type { Settings } from '../state/settings.ts';
import type { Clip } from './clip.ts';

/** Seconds in the clip. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/** Index of the frame that is shown at `time`. */
export function frameAt(times: readonly number[], time: number): number {
  const after = times.findIndex((each) => each > time);
  return after < 0 ? times.length - 1 : Math.max(0, after - 1);
}

/** Frames `first` up to, but without, `end`, that settings choose of a clip. */
export function framesOf(
  { times }: Clip,
  { start, duration }: Pick<Settings, 'start' | 'duration'>,
): readonly [first: number, end: number] {
  const first = frameAt(times, start);
  const stop = duration === undefined ? Infinity : start + duration;
  const after = times.findIndex((time) => time >= stop);
  return [first, after < 0 ? times.length : Math.max(first + 1, after)];
}

/** Settings that choose just these frames, in milliseconds that a link can carry: up at the start, down at the end. */
export function settingsOf(
  { times }: Clip,
  [first, end]: readonly [number, number],
): Pick<Settings, 'start' | 'duration'> {
  const start = first === 0 ? 0 : Math.ceil(times[first]! * 1000) / 1000;
  const stop = times[end];
  return { start, duration: stop === undefined ? undefined : Math.floor((stop - start) * 1000) / 1000 };
}

/** When the chosen frames are on screen. */
export function partOf(clip: Clip, settings: Pick<Settings, 'start' | 'duration'>): Part {
  const [first, end] = framesOf(clip, settings);
  return { start: clip.times[first] ?? 0, end: clip.times[end] ?? clip.duration };
}
