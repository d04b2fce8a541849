// 2D convolution over NHWC frames, as a product whose rows are output pixels (gemm.wgsl).

import type { Activation } from './activation.ts';
import { gemm, type Taps } from './gemm.ts';
import { winograd } from './winograd.ts';
import { shapeText, type Recorder, type Tensor } from '../gpu/index.ts';

/** Parameters of a convolution. */
export interface ConvWeight {
  /** `[kh * kw * inChannels, outChannels]` (HWIO), see {@link packConv}; for `winograd` see {@link transformWeights}. */
  readonly weight: Tensor;
  /** `[outChannels]`. */
  readonly bias?: Tensor;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: readonly [height: number, width: number];
  /** The weights are Winograd's: for a 3x3 kernel with stride 1. */
  readonly winograd?: boolean;
}

/** Options of {@link conv2d}. */
export interface ConvOptions {
  /** Default 1. */
  readonly stride?: number;
  /** Zeros round the input in pixels; default `kernel >> 1` on every side. */
  readonly padding?: number | readonly [top: number, left: number, bottom: number, right: number];
  readonly activation?: Activation;
  /** `[N, Ho, Wo, Cout]`, added after the activation; a second one may follow. */
  readonly residual?: Tensor | undefined;
  readonly residual2?: Tensor | undefined;
  /** `[B, Cout]` with N % B == 0, before the activation: frame n adds row `floor(n * B / N)`. */
  readonly channelBias?: Tensor | undefined;
  /** Reads the input as if nearest-upsampled by two, or to `[height, width]`. */
  readonly upsample?: true | readonly [height: number, width: number];
  readonly variant?: string | undefined;
  readonly label?: string;
}

/** torch's `[O, I, kh, kw]` to HWIO. */
export function packConv(
  torch: Float32Array,
  O: number,
  I: number,
  kh: number,
  kw: number,
): Float32Array<ArrayBuffer> {
  const taps = kh * kw;
  if (torch.length !== O * I * taps) {
    throw new RangeError(
      `packConv: expected ${O * I * taps} values [${O}, ${I}, ${kh}, ${kw}], got ${torch.length}`,
    );
  }
  const packed = new Float32Array(torch.length);
  for (let o = 0; o < O; o++) {
    for (let i = 0; i < I; i++) {
      for (let tap = 0; tap < taps; tap++) packed[(tap * I + i) * O + o] = torch[(o * I + i) * taps + tap]!;
    }
  }
  return packed;
}

/**
 * `activation(conv(x) + bias + channelBias) + residual`: x `[N, H, W, Cin]` to `[N, Ho, Wo, Cout]` with
 * Ho = floor((H + top + bottom - kh) / stride) + 1. Throws RangeError when the sizes don't fit.
 */
export function conv2d(rec: Recorder, x: Tensor, w: ConvWeight, o: ConvOptions = {}): Tensor {
  const [images = 0, sourceHeight = 0, sourceWidth = 0, channels] = x.shape;
  const [kh, kw] = w.kernel;
  const { stride = 1 } = o;
  const label = o.label ?? `conv2d ${kh}x${kw}`;
  if (x.shape.length !== 4 || channels !== w.inChannels) {
    throw new RangeError(`${label}: expected x [N, H, W, ${w.inChannels}], got ${shapeText(x.shape)}`);
  }
  const [height, width] =
    o.upsample === true ? [2 * sourceHeight, 2 * sourceWidth] : (o.upsample ?? [sourceHeight, sourceWidth]);
  const [top, left, bottom, right] =
    typeof o.padding === 'object'
      ? o.padding
      : [o.padding ?? kh >> 1, o.padding ?? kw >> 1, o.padding ?? kh >> 1, o.padding ?? kw >> 1];
  const outHeight = Math.floor((height + top + bottom - kh) / stride) + 1;
  const outWidth = Math.floor((width + left + right - kw) / stride) + 1;
  if (!(outHeight > 0 && outWidth > 0)) {
    throw new RangeError(
      `${label}: the padded input ${shapeText(x.shape)} is smaller than the kernel ${kh}x${kw}`,
    );
  }
  const taps: Taps = {
    outHeight,
    outWidth,
    height,
    width,
    sourceHeight,
    sourceWidth,
    kernel: [kh, kw],
    stride: [stride, stride],
    padTop: top,
    padLeft: left,
  };
  const product = {
    label,
    x,
    weight: w.weight,
    bias: w.bias,
    channels: w.inChannels,
    columns: w.outChannels,
    taps,
    activation: o.activation,
    rowBias: o.channelBias,
    residuals: [o.residual, o.residual2],
    variant: o.variant,
  };
  if (w.winograd) {
    if (kh !== 3 || kw !== 3 || stride !== 1) {
      throw new RangeError(
        `${label}: Winograd's weights are for 3x3 with stride 1, got ${kh}x${kw} with ${stride}`,
      );
    }
    return winograd(rec, { ...product, images });
  }
  const pointwise = kh * kw * stride === 1 && outHeight === sourceHeight && outWidth === sourceWidth;
  const patches = kw > 1 && stride === kw && left + right === 0 && width === sourceWidth && width % kw === 0;
  return gemm(rec, {
    ...product,
    rows: images * outHeight * outWidth,
    channels: patches ? kw * w.inChannels : w.inChannels,
    taps: pointwise ? undefined : patches ? mergeLines(taps) : taps,
    outShape: [images, outHeight, outWidth, w.outChannels],
  });
}

// A patch's line is contiguous in x and in the weights: one tap with kw times the channels, which come in fours even
// where the pixels of a picture have three.
function mergeLines(taps: Taps): Taps {
  const width = taps.outWidth;
  return {
    ...taps,
    width,
    sourceWidth: width,
    kernel: [taps.kernel[0], 1],
    stride: [taps.stride[0], 1],
  };
}
