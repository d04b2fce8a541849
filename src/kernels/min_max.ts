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

/** Elements that one invocation takes in a pass. */
const PER_INVOCATION = 128;

/** Smallest and largest element of `x` as f32 `[2]`. NaNs count or not, as the device likes. Throws RangeError if empty. */
export function minMax(rec: Recorder, x: Tensor): Tensor {
  let count = elementCount(x.shape);
  if (count === 0) throw new RangeError(`minMax: expected at least one element, got ${shapeText(x.shape)}`);
  let from = x;
  for (let stride = 1; stride === 1 || count > 1; stride = 2) {
    const pairs = ceilDiv(count, PER_INVOCATION);
    const to = rec.tensor([pairs, 2], 'f32', 'min max');
    rec.dispatch({
      source: MIN_MAX,
      prelude: { types: { X: from.dtype }, constants: { STRIDE: stride } },
      inputs: [from],
      outputs: [to],
      params: [count, pairs],
      workgroups: flatGrid(ceilDiv(pairs, 64)),
      flops: 2 * count,
    });
    [from, count] = [to, pairs];
  }
  return rec.reshape(from, [2]);
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
