// One level of coarse-to-fine block matching, of which optical_flow.ts makes a pyramid.

import wgsl from './block_match.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';

const BLOCK_MATCH: ShaderSource = { name: 'block_match', wgsl };

/** Options of {@link blockMatch}. */
export interface BlockMatchOptions {
  /** Flow of the level below, f32 `[N, ⌈H / 2⌉, ⌈W / 2⌉, 2]`; default none: the search begins at no motion. */
  readonly guess?: Tensor | undefined;
  /** Half the side of the compared squares; default 2. */
  readonly window?: number;
  /** Pixels round the best guess that are searched; default 1. */
  readonly reach?: number;
  /** Cost of leaving the guess, a squared pixel, in units of squared differences of one channel; default 2^-9. */
  readonly pull?: number;
  /** Refines to fractions of a pixel; default false. */
  readonly subpixel?: boolean;
}

/**
 * Where each pixel of `to` lies in `from`, images `[N, H, W, C]` alike: displacements f32 `[N, H, W, 2]` in pixels (right,
 * down), so that `warp(from, flow)` looks like `to`. Throws RangeError for other shapes.
 */
export function blockMatch(
  rec: Recorder,
  to: Tensor,
  from: Tensor,
  { guess, window = 2, reach = 1, pull = 2 ** -9, subpixel = false }: BlockMatchOptions = {},
): Tensor {
  const [images = 0, height = 0, width = 0, channels = 0] = to.shape;
  const alike = shapeText(from.shape) === shapeText(to.shape) && from.dtype === to.dtype;
  if (to.shape.length !== 4 || elementCount(to.shape) === 0 || !alike) {
    throw new RangeError(
      `blockMatch: expected two images [N, H, W, C] alike, got ${shapeText(to.shape)} and ${shapeText(from.shape)}`,
    );
  }
  const half = [images, ceilDiv(height, 2), ceilDiv(width, 2), 2];
  if (guess && (guess.dtype !== 'f32' || shapeText(guess.shape) !== shapeText(half))) {
    throw new RangeError(
      `blockMatch: expected an f32 guess ${shapeText(half)}, got ${guess.dtype} ${shapeText(guess.shape)}`,
    );
  }
  const pixels = images * height * width;
  const out = rec.tensor([images, height, width, 2], 'f32', 'flow');
  const windows = (guess ? 5 : 1) + (2 * reach + 1) ** 2 + (subpixel ? 4 : 0);
  rec.dispatch({
    source: BLOCK_MATCH,
    prelude: {
      types: { X: to.dtype },
      constants: {
        ...{ CHANNELS: channels, REACH: reach, PULL: { f32: pull } },
        ...{ HAS_GUESS: guess !== undefined, SUBPIXEL: subpixel },
      },
    },
    inputs: [to, from, guess],
    outputs: [out],
    params: [pixels, 0, width, height, half[2]!, half[1]!, window],
    workgroups: flatGrid(ceilDiv(pixels, 64)),
    flops: 3 * windows * (2 * window + 1) ** 2 * elementCount(to.shape),
  });
  return out;
}
