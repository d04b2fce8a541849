// Scale, shift and clamp with numbers known when the program is recorded: pixel ranges, latent scaling, log-variances.

import source from './affine.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type DType,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';

const AFFINE: ShaderSource = { name: 'affine', wgsl: source };

/** Options of {@link affine}. */
export interface AffineOptions {
  /** Default 1. */
  readonly scale?: number;
  /** Default 0. */
  readonly shift?: number;
  /** Bounds of the result; default none. NaN passes. */
  readonly min?: number;
  readonly max?: number;
  /** Element type of the result; default that of `x`. */
  readonly dtype?: DType;
}

/** `out = min(max(x · scale + shift, min), max)`, elementwise. Throws RangeError for an empty tensor or min > max. */
export function affine(
  rec: Recorder,
  x: Tensor,
  { scale = 1, shift = 0, min = -Infinity, max = Infinity, dtype = x.dtype }: AffineOptions,
): Tensor {
  const count = elementCount(x.shape);
  if (count === 0 || !(min <= max)) {
    throw new RangeError(
      `affine: expected elements and min ≤ max, got ${shapeText(x.shape)}, ${min} and ${max}`,
    );
  }
  const vectors = ceilDiv(count, 4);
  const out = rec.tensor(x.shape, dtype, 'affine');
  rec.dispatch({
    source: AFFINE,
    prelude: { types: { IN: x.dtype, X: dtype } },
    inputs: [x],
    outputs: [out],
    params: [vectors, { f32: scale }, { f32: shift }, { f32: min }, { f32: max }],
    workgroups: flatGrid(ceilDiv(vectors, 64)),
  });
  return out;
}
