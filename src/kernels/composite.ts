// Compositing by a mask: latents of an edit over the source's, the edited picture over the source's own pixels.

import wgsl from './composite.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';

const COMPOSITE: ShaderSource = { name: 'composite', wgsl };

/**
 * `bottom + mask · (top - bottom)` of images `[N, H, W, C]` with a mask `[N, H, W, 1]` of 0..1; f32 and f16 mixed. In
 * `top`'s shape and element type. Throws RangeError when the shapes do not fit.
 */
export function composite(rec: Recorder, top: Tensor, bottom: Tensor, mask: Tensor): Tensor {
  const out = rec.tensor(top.shape, top.dtype, 'composite');
  record(rec, out, top, bottom, mask);
  return out;
}

/** {@link composite} in place: `target` is the top and takes the result. */
export function compositeInto(rec: Recorder, target: Tensor, bottom: Tensor, mask: Tensor): void {
  record(rec, target, undefined, bottom, mask);
}

function record(rec: Recorder, out: Tensor, top: Tensor | undefined, bottom: Tensor, mask: Tensor): void {
  const { shape } = out;
  const channels = shape[3] ?? 0;
  const count = elementCount(shape);
  const pixels = [...shape.slice(0, 3), 1];
  const fits = shape.length === 4 && count > 0 && shapeText(bottom.shape) === shapeText(shape);
  if (!fits || shapeText(mask.shape) !== shapeText(pixels)) {
    throw new RangeError(
      `composite: expected images [N, H, W, C] alike and a mask ${shapeText(pixels)}, got ${shapeText(shape)}, ` +
        `${shapeText(bottom.shape)} and ${shapeText(mask.shape)}`,
    );
  }
  rec.dispatch({
    source: COMPOSITE,
    prelude: {
      types: { M: mask.dtype, B: bottom.dtype, T: top?.dtype ?? 'f32', X: out.dtype },
      constants: { IN_PLACE: top === undefined },
    },
    inputs: [mask, bottom, top],
    outputs: [out],
    params: [count, channels],
    workgroups: flatGrid(ceilDiv(count, 64)),
    flops: 4 * count,
  });
}
