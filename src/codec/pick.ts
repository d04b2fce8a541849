// Which source frames are edited: a regular grid of times laid over frames that may come at any times.
import { MediaError } from './errors.ts';
import type { Frame, VideoTrack } from './movie.ts';

/** The part of a clip to edit. */
export interface PickOptions {
  /** Seconds from the start of the clip. Default 0. */
  readonly start?: number;
  /** Seconds. Default: to the end. */
  readonly duration?: number;
  /** Frames per second of the grid; 'source' (the default) takes every source frame. */
  readonly fps?: number | 'source';
}

/** Picked frames. Times are ticks of the track; `duration` of each runs to the next picked one, or to `end`. */
export interface Picked {
  readonly frames: readonly Frame[];
  /** Start of the part: 0, or where `start` was asked for the time of the frame on screen then (`start` if none is yet). */
  readonly start: number;
  /** End of the part. */
  readonly end: number;
}

/**
 * Picks frames of a part. Every picked frame keeps its source time; at `fps` it is the frame nearest to each grid
 * time, each frame at most once, so a grid denser than the source picks every frame and a gap stays a gap.
 * Throws RangeError for values out of range, MediaError `no-frames` where the part lies outside the clip.
 */
export function pick(track: VideoTrack, { start, duration, fps = 'source' }: PickOptions = {}): Picked {
  const { frames, timescale } = track;
  if (start !== undefined && !(start >= 0)) throw new RangeError(`start must be at least 0 s, got ${start}.`);
  if (duration !== undefined && !(duration > 0))
    throw new RangeError(`duration must be above 0 s, got ${duration}.`);
  if (fps !== 'source' && !(fps > 0)) throw new RangeError(`fps must be above 0 or 'source', got ${fps}.`);
  const from = (start ?? 0) * timescale;
  const end = Math.min(
    track.duration,
    duration === undefined ? Infinity : Math.round(from + duration * timescale),
  );
  const part = frames.filter((frame) => frame.time < end && frame.time + frame.duration > from);
  const first = part[0];
  if (!first) {
    throw new MediaError(
      'demux',
      'no-frames',
      `No frame is shown from ${start ?? 0} s on: the clip runs from ${(frames[0]?.time ?? 0) / timescale} s to ` +
        `${track.duration / timescale} s. Choose a start inside it.`,
    );
  }
  const chosen = fps === 'source' ? part : onGrid(part, Math.max(from, first.time), timescale / fps, end);
  return {
    frames: chosen.map((frame, i) => ({ ...frame, duration: (chosen[i + 1]?.time ?? end) - frame.time })),
    start: start ? Math.min(first.time, Math.round(from)) : 0,
    end,
  };
}

/**
 * The first frame, then the one nearest to each time `origin + k·step`, without repeats. Half a step before `end` the
 * grid stops, so that no sliver of a frame is left there.
 */
function onGrid(part: readonly Frame[], origin: number, step: number, end: number): Frame[] {
  const chosen: Frame[] = [];
  let at = 0;
  let taken = -1;
  // Where the grid is denser than the frames, time steps that can pick nothing new are skipped: `k` jumps ahead.
  for (let k = 0; k === 0 || origin + (k + 0.5) * step < end;) {
    const time = origin + k * step;
    while (at + 1 < part.length && Math.abs(timeOf(part, at + 1) - time) < Math.abs(timeOf(part, at) - time))
      at++;
    if (at !== taken) chosen.push(part[at] as Frame);
    taken = at;
    const next = timeOf(part, at + 1);
    if (next === Infinity) break;
    const half = (timeOf(part, at) + next) / 2;
    k = Math.max(k + 1, Math.floor((half - origin) / step));
  }
  return chosen;
}

const timeOf = (frames: readonly Frame[], i: number): number => frames[i]?.time ?? Infinity;
