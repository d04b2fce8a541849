// Backward warp by a flow field: what an image looks like when each pixel is fetched from where it was.

import wgsl from './warp.wgsl?raw';
import { ceilDiv, elementCount, flatGrid, shapeText, type Recorder, type Tensor } from '../gpu/index.ts';
import { byWidth, widthOf } from './width.ts';

const WARP = byWidth('warp', wgsl);

/**
 * `out(at) = x(at + flow(at))` of images `[N, H, W, C]` with an f32 flow `[N, H, W, 2]` in pixels (right, down), bilinear,
 * positions outside are the edge's. In x's element type. Throws RangeError for other shapes.
 */
export function warp(rec: Recorder, x: Tensor, flow: Tensor): Tensor {
  const [images = 0, height = 0, width = 0, channels = 0] = x.shape;
  const wanted = [images, height, width, 2];
  if (x.shape.length !== 4 || elementCount(x.shape) === 0) {
    throw new RangeError(`warp: expected a tensor [N, H, W, C], got ${shapeText(x.shape)}`);
  }
  if (flow.dtype !== 'f32' || shapeText(flow.shape) !== shapeText(wanted)) {
    throw new RangeError(
      `warp: expected an f32 flow ${shapeText(wanted)}, got ${flow.dtype} ${shapeText(flow.shape)}`,
    );
  }
  const lanes = widthOf(channels);
  const vectors = elementCount(x.shape) / lanes;
  const out = rec.tensor(x.shape, x.dtype, 'warp');
  rec.dispatch({
    source: WARP[lanes],
    prelude: { types: { X: x.dtype, W: x.dtype } },
    inputs: [x, flow],
    outputs: [out],
    params: [vectors, channels / lanes, width, height],
    workgroups: flatGrid(ceilDiv(vectors, 64)),
    flops: 8 * elementCount(x.shape),
  });
  return out;
}
