// The blur of the structure ladder.

import wgsl from './blur121.wgsl?raw';
import { ceilDiv, elementCount, flatGrid, shapeText, type Recorder, type Tensor } from '../gpu/index.ts';
import { byWidth, widthOf } from './width.ts';

const BLUR = byWidth('blur121', wgsl);

/**
 * Convolves the images of `[N, H, W, C]` with the binomial kernel [1 2 1]/4 along both sides; pixels beyond the edge
 * are the edge's. In x's element type. Throws RangeError for another rank or an empty tensor.
 */
export function blur121(rec: Recorder, x: Tensor): Tensor {
  const [, height = 0, width = 0, channels = 0] = x.shape;
  const count = elementCount(x.shape);
  if (x.shape.length !== 4 || count === 0) {
    throw new RangeError(`blur121: expected a tensor [N, H, W, C], got ${shapeText(x.shape)}`);
  }
  const lanes = widthOf(channels);
  const out = rec.tensor(x.shape, x.dtype, 'blur121');
  const vectors = count / lanes;
  rec.dispatch({
    source: BLUR[lanes],
    prelude: { types: { X: x.dtype, W: x.dtype } },
    inputs: [x],
    outputs: [out],
    params: [vectors, channels / lanes, width, height],
    workgroups: flatGrid(ceilDiv(vectors, 64)),
    flops: 12 * count,
  });
  return out;
}
