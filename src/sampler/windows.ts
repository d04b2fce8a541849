// A clip as windows of the model's own length. Frames that an earlier window has finished are held: their latents are
// brought back to the current noise level (`addNoise`) before every step, so that no seam shows.

/** The frames that one run of the video model sees. */
export interface FrameWindow {
  /** Absolute frame indices, `length` of them; a clip shorter than a window repeats its last frame. */
  readonly frames: readonly number[];
  /** How many leading frames are finished already, by the windows before. */
  readonly held: number;
  /** Positions [held, end) of `frames` are what this window finishes; repeats of a short clip's last frame come after. */
  readonly end: number;
}

/** Length of a window and overlap with the one before, in frames. */
export interface WindowOptions {
  readonly length?: number;
  readonly overlap?: number;
}

/**
 * Covers `count` frames by windows; the last one is shifted back to end with the clip, so that it holds more frames.
 * Throws `RangeError` unless count >= 1 and 0 <= overlap < length.
 */
export function frameWindows(count: number, { length = 8, overlap = 2 }: WindowOptions = {}): FrameWindow[] {
  const whole = (name: string, value: number, min: number, max: number) => {
    if (Number.isSafeInteger(value) && value >= min && value <= max) return;
    throw new RangeError(`${name} is ${value}, allowed: whole numbers from ${min} to ${max}.`);
  };
  whole('count', count, 1, 0xffffffff);
  whole('length', length, 1, 0xffffffff);
  whole('overlap', overlap, 0, length - 1);
  if (count <= length) {
    return [{ frames: Array.from({ length }, (_, i) => Math.min(i, count - 1)), held: 0, end: count }];
  }
  const windows: FrameWindow[] = [];
  for (let done = 0; done < count;) {
    const start = Math.min(Math.max(done - overlap, 0), count - length);
    windows.push({ frames: Array.from({ length }, (_, i) => start + i), held: done - start, end: length });
    done = start + length;
  }
  return windows;
}
