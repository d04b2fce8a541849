// Convolution over the frames of a clip at every pixel, with its skip connection.
//
// NHWC frames [clips * frames, H, W, C] are the image [clips, frames, H * W, C] to a 3x1 kernel: same memory, same kernels.

import { conv2d, packConv, type ConvWeight } from './conv2d.ts';
import { shapeText, type Recorder, type Tensor } from '../gpu/index.ts';

/** Options of {@link temporalConv}. */
export interface TemporalConvOptions {
  /** Frames of a clip; the number of images is a multiple. */
  readonly frames: number;
  /** `[B, C]`, B divides the number of clips: clip n adds row `floor(n * B / clips)`. */
  readonly channelBias?: Tensor | undefined;
  /** Of the shape of `x`. */
  readonly residual?: Tensor | undefined;
  readonly variant?: string | undefined;
}

/** torch's conv1d `[O, I, k]` to the layout of a `[k, 1]` convolution. */
export function packConv1d(torch: Float32Array, O: number, I: number, k: number): Float32Array<ArrayBuffer> {
  return packConv(torch, O, I, k, 1);
}

/**
 * `x + conv1d(x) + bias + channelBias + residual`, x `[clips * frames, H, W, C]`; zeros beyond a clip's ends.
 * Throws RangeError when the sizes don't fit.
 */
export function temporalConv(rec: Recorder, x: Tensor, w: ConvWeight, o: TemporalConvOptions): Tensor {
  const [images = 0, height = 0, width = 0, channels = 0] = x.shape;
  if (x.shape.length !== 4 || images % o.frames !== 0 || w.inChannels !== w.outChannels) {
    throw new RangeError(
      `temporalConv: expected x [clips * ${o.frames}, H, W, ${w.outChannels}], got ${shapeText(x.shape)}`,
    );
  }
  const image = [images / o.frames, o.frames, height * width, channels];
  const out = conv2d(rec, rec.reshape(x, image), w, {
    residual: rec.reshape(x, image),
    residual2: o.residual,
    channelBias: o.channelBias,
    variant: o.variant,
    label: 'temporalConv',
  });
  return rec.reshape(out, x.shape);
}
