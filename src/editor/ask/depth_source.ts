// Depth that a caller gives instead of having it estimated: what it may be, and the check of a map.

import type { Size } from './geometry.ts';

/** Depth of one frame in full precision: `[height, width]` finite numbers in any unit, larger is nearer (disparity). */
export interface DepthMap extends Size {
  readonly data: Float32Array;
}

/** A depth pass: a video file or frames, grey, brighter is nearer; or maps. */
export type DepthSource =
  Blob | AsyncIterable<VideoFrame | ImageBitmap | DepthMap> | Iterable<VideoFrame | ImageBitmap | DepthMap>;

/** `map`, if it is one. Throws TypeError where its numbers don't fill it, RangeError where one is not finite. */
export function checkedMap(map: DepthMap): DepthMap {
  const { width, height, data } = map;
  if (!(data instanceof Float32Array) || !(width > 0) || data.length !== width * height) {
    throw new TypeError(
      `options.depth: a map of ${width}x${height} needs a Float32Array of ${width * height} numbers, got ${data?.length}.`,
    );
  }
  const odd = data.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) {
    throw new RangeError(
      `options.depth: every number of a map must be finite, got ${data[odd]} at x ${odd % width}, y ${Math.floor(odd / width)}.`,
    );
  }
  return map;
}
