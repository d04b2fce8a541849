// The range of a tensor, and its normalisation by one: depth to 0..1 over a clip.

import minMaxSource from './min_max.wgsl?raw';
import normaliseSource from './normalise_range.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';

const MIN_MAX: ShaderSource = { name: 'min_max', wgsl: minMaxSource };
const NORMALISE_RANGE: ShaderSource = { name: 'normalise_range', wgsl: normaliseSource };

/** Elements that one workgroup takes before a second joins, and the most workgroups: they are one's work again. */
const PER_GROUP = 4096;
const MAX_GROUPS = 256;

/** Smallest and largest element of `x` as f32 `[2]`. NaNs count or not, as the device likes. Throws RangeError if empty. */
export function minMax(rec: Recorder, x: Tensor): Tensor {
  const count = elementCount(x.shape);
  if (count === 0) throw new RangeError(`minMax: expected at least one element, got ${shapeText(x.shape)}`);
  const groups = Math.min(ceilDiv(count, PER_GROUP), MAX_GROUPS);
  const partial = reduce(rec, x, count, 1, groups);
  return groups === 1 ? rec.reshape(partial, [2]) : rec.reshape(reduce(rec, partial, groups, 2, 1), [2]);
}

function reduce(rec: Recorder, x: Tensor, count: number, stride: number, groups: number): Tensor {
  const out = rec.tensor([groups, 2], 'f32', 'min max');
  rec.dispatch({
    source: MIN_MAX,
    prelude: { types: { X: x.dtype }, constants: { STRIDE: stride } },
    inputs: [x],
    outputs: [out],
    params: [count],
    workgroups: [groups],
    flops: 2 * count,
  });
  return out;
}

/**
 * `(x - min) / (max - min + 1e-6)` with `range` = f32 `[2]` of min and max (those of x's whole clip, from `minMax` or
 * from the CPU). In x's element type and shape. Throws RangeError for another range or an empty x.
 */
export function normaliseRange(rec: Recorder, x: Tensor, range: Tensor): Tensor {
  const count = elementCount(x.shape);
  if (count === 0 || range.dtype !== 'f32' || elementCount(range.shape) !== 2) {
    throw new RangeError(
      `normaliseRange: expected elements and an f32 range [2], got ${shapeText(x.shape)} and ${range.dtype} ${shapeText(range.shape)}`,
    );
  }
  const out = rec.tensor(x.shape, x.dtype, 'normalise range');
  const vectors = ceilDiv(count, 4);
  rec.dispatch({
    source: NORMALISE_RANGE,
    prelude: { types: { X: x.dtype } },
    inputs: [x, range],
    outputs: [out],
    params: [vectors],
    workgroups: flatGrid(ceilDiv(vectors, 64)),
    flops: 2 * count,
  });
  return out;
}
