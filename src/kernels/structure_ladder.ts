// The structure ladder of Gen-1 (Esser et al. 2023, section 3.3.1): depth loses detail step by step, so that the
// content may decide more of the shape. A composition; it has no kernel of its own.

import { shapeText, type Recorder, type Tensor } from '../gpu/index.ts';
import { blur121 } from './blur121.ts';
import { resize } from './resize.ts';

/** Steps of the ladder beyond "untouched". */
export const MAX_STRUCTURE_STEP = 7;

/**
 * `depth` `[frames, h, w, 1]`, normalised, at structure step `k` (0..7): k times blurred by 1-2-1 and resized
 * bilinearly to round(h * 2^(-i/2)) x round(w * 2^(-i/2)), i = 1..k, at least 1; then bilinearly back to h x w.
 * Step 0 is `depth` itself. Throws RangeError for another step.
 */
export function structureLadder(rec: Recorder, depth: Tensor, k: number): Tensor {
  if (!Number.isInteger(k) || k < 0 || k > MAX_STRUCTURE_STEP) {
    throw new RangeError(`structure step ${k}, allowed: whole numbers from 0 to ${MAX_STRUCTURE_STEP}`);
  }
  const [, height = 0, width = 0] = depth.shape;
  if (depth.shape.length !== 4) {
    throw new RangeError(`structureLadder: expected depth [F, h, w, 1], got ${shapeText(depth.shape)}`);
  }
  if (k === 0) return depth;
  let x = depth;
  for (let i = 1; i <= k; i++) {
    const side = (full: number) => Math.max(1, roundHalfEven(full * 2 ** (-i / 2)));
    x = resize(rec, blur121(rec, x), [side(height), side(width)], { mode: 'bilinear' });
  }
  return resize(rec, x, [height, width], { mode: 'bilinear' });
}

/** Python's `round`, with which the ladder was trained. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
