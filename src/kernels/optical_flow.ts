// Optical flow: block matching on a pyramid, coarse to fine. A composition of block_match and resize.

import { ceilDiv, type Recorder, type Tensor } from '../gpu/index.ts';
import { blockMatch } from './block_match.ts';
import { resize } from './resize.ts';

/** The pyramid ends where a side would be shorter. */
const LEAST_SIDE = 8;

/**
 * Motion between two images `[N, H, W, C]` alike, values 0..1: for each pixel of `to` where it lies in `from`, f32
 * `[N, H, W, 2]` in pixels (right, down). Finds motion of about a fifth of the shorter side. Throws RangeError for other shapes.
 */
export function opticalFlow(rec: Recorder, to: Tensor, from: Tensor): Tensor {
  const levels = [{ to, from }];
  for (;;) {
    const [, height = 0, width = 0] = levels.at(-1)!.to.shape;
    const half: [number, number] = [ceilDiv(height, 2), ceilDiv(width, 2)];
    if (Math.min(...half) < LEAST_SIDE) break;
    const smaller = (image: Tensor) => resize(rec, image, half, { mode: 'pillow-bilinear' });
    levels.push({ to: smaller(levels.at(-1)!.to), from: smaller(levels.at(-1)!.from) });
  }
  let flow: Tensor | undefined;
  for (const [i, level] of [...levels.entries()].reverse()) {
    flow = blockMatch(rec, level.to, level.from, {
      guess: flow,
      reach: flow ? 1 : 2,
      subpixel: i === 0,
    });
  }
  return flow!;
}
