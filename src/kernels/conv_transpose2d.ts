// Transposed convolution whose stride is its kernel: a product, then depth to space.

import type { ConvWeight } from './conv2d.ts';
import source from './conv_transpose2d.wgsl?raw';
import { linear } from './matmul.ts';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';

const DEPTH_TO_SPACE: ShaderSource = { name: 'conv_transpose2d', wgsl: source };

/** torch's `[I, O, kh, kw]` to `[I, kh * kw * O]`. */
export function packConvTranspose(
  torch: Float32Array,
  I: number,
  O: number,
  kh: number,
  kw: number = kh,
): Float32Array<ArrayBuffer> {
  const taps = kh * kw;
  if (torch.length !== I * O * taps) {
    throw new RangeError(
      `packConvTranspose: expected ${I * O * taps} values [${I}, ${O}, ${kh}, ${kw}], got ${torch.length}`,
    );
  }
  const packed = new Float32Array(torch.length);
  for (let i = 0; i < I; i++) {
    for (let o = 0; o < O; o++) {
      for (let tap = 0; tap < taps; tap++)
        packed[(i * taps + tap) * O + o] = torch[(i * O + o) * taps + tap]!;
    }
  }
  return packed;
}

/**
 * x `[N, H, W, Cin]` to `[N, H * k, W * k, Cout]`, no padding. `w.weight` comes from {@link packConvTranspose}.
 * Throws RangeError when the stride is not the kernel (outputs would overlap) or the sizes don't fit.
 */
export function convTranspose2d(
  rec: Recorder,
  x: Tensor,
  w: ConvWeight,
  o: { readonly stride?: number; readonly variant?: string | undefined } = {},
): Tensor {
  const [kh, kw] = w.kernel;
  if (o.stride !== undefined && (o.stride !== kh || o.stride !== kw)) {
    throw new RangeError(
      `convTranspose2d: expected stride = kernel, got stride ${o.stride}, kernel ${kh}x${kw}`,
    );
  }
  const [images = 0, height = 0, width = 0] = x.shape;
  const product = linear(
    rec,
    x,
    { weight: w.weight, inFeatures: w.inChannels, outFeatures: kh * kw * w.outChannels },
    { label: 'convTranspose2d', ...(o.variant && { variant: o.variant }) },
  );
  const out = rec.tensor([images, height * kh, width * kw, w.outChannels], product.dtype, 'convTranspose2d');
  const count = elementCount(out.shape);
  rec.dispatch({
    source: DEPTH_TO_SPACE,
    prelude: {
      types: { X: product.dtype, W: w.bias?.dtype ?? product.dtype },
      constants: { HAS_BIAS: w.bias !== undefined },
    },
    inputs: [product, w.bias],
    outputs: [out],
    params: [count, width, w.outChannels, kh, kw],
    workgroups: flatGrid(ceilDiv(count, 64)),
    label: 'depth to space',
  });
  return out;
}
