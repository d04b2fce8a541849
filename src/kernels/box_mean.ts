// The box filter: the mean of a square around every pixel. Twice it is a tent, which is what feathers a mask.

import wgsl from './box_mean.wgsl?raw';
import { ceilDiv, elementCount, flatGrid, shapeText, type Recorder, type Tensor } from '../gpu/index.ts';
import { byWidth, widthOf } from './width.ts';

const BOX_MEAN = byWidth('box_mean', wgsl);

/**
 * Means of `[N, H, W, C]` over squares of 2 · `radius` + 1 pixels a side, edges replicated, in x's element type; x
 * itself with radius 0. Throws RangeError for another rank, an empty tensor, or a radius that is no whole number from 0.
 */
export function boxMean(rec: Recorder, x: Tensor, radius: number): Tensor {
  if (x.shape.length !== 4 || elementCount(x.shape) === 0) {
    throw new RangeError(`boxMean: expected a tensor [N, H, W, C], got ${shapeText(x.shape)}`);
  }
  if (!Number.isInteger(radius) || radius < 0) {
    throw new RangeError(`boxMean: expected a radius that is a whole number from 0, got ${radius}`);
  }
  return radius === 0 ? x : along(rec, along(rec, x, 2, radius), 1, radius);
}

function along(rec: Recorder, x: Tensor, axis: 1 | 2, radius: number): Tensor {
  const lanes = widthOf(x.shape[3]!);
  const count = elementCount(x.shape);
  const out = rec.tensor(x.shape, x.dtype, 'box mean');
  rec.dispatch({
    source: BOX_MEAN[lanes],
    prelude: { types: { X: x.dtype, W: x.dtype } },
    inputs: [x],
    outputs: [out],
    params: [count / lanes, elementCount(x.shape.slice(axis + 1)) / lanes, x.shape[axis]!, radius],
    workgroups: flatGrid(ceilDiv(count / lanes, 64)),
    flops: (2 * radius + 1) * count,
  });
  return out;
}
