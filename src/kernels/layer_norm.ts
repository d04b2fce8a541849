// Layer norm over the channels of every row.

import source from './layer_norm.wgsl?raw';
import { ceilDiv, elementCount, flatGrid, shapeText, type Recorder, type Tensor } from '../gpu/index.ts';
import { byWidth, widthOf } from './width.ts';

/** Scale and shift of a norm, each `[C]`. */
export interface NormWeight {
  readonly weight: Tensor;
  readonly bias: Tensor;
}

const LAYER_NORM = byWidth('layer_norm', source);

/**
 * `(x - mean) / sqrt(variance + eps) · weight + bias` with mean and (biased) variance over the channels of each row of
 * `x` `[…, C]`; the result has x's shape. Throws RangeError when weight or bias is not `[C]`.
 */
export function layerNorm(rec: Recorder, x: Tensor, w: NormWeight, { eps }: { eps: number }): Tensor {
  const channels = x.shape.at(-1) ?? 0;
  const rows = elementCount(x.shape) / channels;
  const fits = [w.weight, w.bias].every(({ shape }) => elementCount(shape) === channels);
  if (!(rows > 0) || !fits || w.weight.dtype !== w.bias.dtype) {
    throw new RangeError(
      `layerNorm: expected weight and bias [${channels}] for ${shapeText(x.shape)}, got ${shapeText(w.weight.shape)} and ${shapeText(w.bias.shape)}`,
    );
  }
  const out = rec.tensor(x.shape, x.dtype, 'layer_norm');
  const width = widthOf(channels);
  rec.dispatch({
    source: LAYER_NORM[width],
    prelude: { types: { X: x.dtype, W: w.weight.dtype } },
    inputs: [x, w.weight, w.bias],
    outputs: [out],
    params: [rows, channels / width, { f32: eps }],
    workgroups: flatGrid(ceilDiv(rows, 64)),
    flops: 8 * rows * channels,
  });
  return out;
}
