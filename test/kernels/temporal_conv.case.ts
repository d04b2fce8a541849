import { doesGemm } from '../../src/kernels/gemm_variants.ts';
import { packConv1d, temporalConv } from '../../src/kernels/temporal_conv.ts';
import { randomArray, randomWeights } from '../random.ts';
import { byElement, type KernelCase } from './run-case.ts';

/** x + conv1d over the frames of a clip; `bias`, `residual` are 0 or 1, `channelBias` is the number of its rows. */
export const temporalConvCase: KernelCase = {
  op: 'temporal_conv',
  variants: ['plain', 'register', 'tile', 'subgroup'],
  shapes: [
    { clips: 1, frames: 1, h: 1, w: 1, c: 1 },
    { clips: 2, frames: 3, h: 2, w: 3, c: 5, bias: 1, residual: 1 },
    { clips: 2, frames: 8, h: 4, w: 5, c: 12, bias: 1, channelBias: 2 },
    { clips: 2, frames: 8, h: 4, w: 4, c: 64, bias: 1, channelBias: 1, residual: 1 },
  ],
  nano: [{ clips: 2, frames: 8, h: 8, w: 8, c: 64, bias: 1, residual: 1 }],
  sd15: [
    { clips: 1, frames: 1, h: 32, w: 56, c: 320, bias: 1, residual: 1 },
    { clips: 1, frames: 2, h: 16, w: 28, c: 640, bias: 1, channelBias: 1 },
    { clips: 1, frames: 8, h: 4, w: 7, c: 1280, bias: 1, residual: 1 },
  ],
  inputs(shape) {
    const { clips = 1, frames = 1, h = 1, w = 1, c = 1, bias, residual, channelBias } = shape;
    const count = clips * frames * h * w * c;
    const weight = randomWeights(c * c * 3, 3 * c, 2);
    return {
      x: { shape: [clips * frames, h, w, c], data: randomArray(count, 1) },
      weight: {
        shape: [c, c, 3],
        data: weight,
        upload: { shape: [3 * c, c], data: packConv1d(weight, c, c, 3) },
      },
      ...(bias && { bias: { shape: [c], data: randomArray(c, 3) } }),
      ...(channelBias && { channelBias: { shape: [channelBias, c], data: randomArray(channelBias * c, 4) } }),
      ...(residual && { residual: { shape: [clips * frames, h, w, c], data: randomArray(count, 5) } }),
    };
  },
  record(rec, { frames = 1, c = 1 }, variant, { x, weight, bias, channelBias, residual }) {
    if (variant && !doesGemm(rec.gpu, variant, { channels: c, columns: c })) return undefined;
    return temporalConv(
      rec,
      x!,
      { weight: weight!, inChannels: c, outChannels: c, kernel: [3, 1], ...(bias && { bias }) },
      { frames, channelBias, residual, variant: variant || undefined },
    );
  },
  ...byElement(({ clips = 1, frames = 1, h = 1, w = 1, c = 1 }, inputs) => {
    const { x, weight, bias, channelBias, residual } = inputs;
    const pixels = h * w;
    const at = (i: number) => {
      const o = i % c;
      const pixel = Math.floor(i / c) % pixels;
      const frame = Math.floor(i / c / pixels) % frames;
      const clip = Math.floor(i / c / pixels / frames);
      let sum = x![i]! + (bias ? bias[o]! : 0) + (residual ? residual[i]! : 0);
      if (channelBias) sum += channelBias[Math.floor((clip * channelBias.length) / c / clips) * c + o]!;
      for (let tap = 0; tap < 3; tap++) {
        const from = frame + tap - 1;
        if (from < 0 || from >= frames) continue;
        const base = ((clip * frames + from) * pixels + pixel) * c;
        for (let k = 0; k < c; k++) sum += x![base + k]! * weight![(o * c + k) * 3 + tap]!;
      }
      return sum;
    };
    return { count: x!.length, at };
  }),
  flops: ({ clips = 1, frames = 1, h = 1, w = 1, c = 1 }) => 2 * clips * frames * h * w * c * c * 3,
  bytes: ({ clips = 1, frames = 1, h = 1, w = 1, c = 1, bias = 0, residual = 0, channelBias = 0 }, size) =>
    size * (clips * frames * h * w * c * (2 + residual) + 3 * c * c + (bias + channelBias) * c),
  rtol: 1e-4,
  atol: 2e-5,
};
