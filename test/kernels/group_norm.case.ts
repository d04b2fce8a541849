import { groupNorm, GROUP_NORM_VARIANTS, type GroupNormVariant } from '../../src/kernels/group_norm.ts';
import { randomArray } from '../random.ts';
import type { KernelCase } from './run-case.ts';

const EPS = 1e-5;

/** Data is `mean` + noise of deviation 1; `silu` 1 fuses the activation. */
export const groupNormCase: KernelCase = {
  op: 'group_norm',
  variants: GROUP_NORM_VARIANTS,
  shapes: [
    { frames: 1, height: 1, width: 1, channels: 1, groups: 1, perStatistic: 1, silu: 0, mean: 0 },
    { frames: 3, height: 3, width: 5, channels: 6, groups: 3, perStatistic: 1, silu: 0, mean: 0 },
    { frames: 2, height: 7, width: 11, channels: 8, groups: 4, perStatistic: 1, silu: 1, mean: 0 },
    { frames: 6, height: 5, width: 3, channels: 20, groups: 5, perStatistic: 3, silu: 1, mean: 0 },
    { frames: 4, height: 16, width: 16, channels: 64, groups: 8, perStatistic: 4, silu: 0, mean: 0 },
    { frames: 1, height: 129, width: 127, channels: 8, groups: 4, perStatistic: 1, silu: 1, mean: 3 },
    { frames: 1, height: 1, width: 17, channels: 13, groups: 1, perStatistic: 1, silu: 0, mean: -2 },
    { frames: 2, height: 33, width: 31, channels: 8, groups: 2, perStatistic: 1, silu: 0, mean: 1000 },
    { frames: 2, height: 19, width: 23, channels: 6, groups: 2, perStatistic: 2, silu: 0, mean: 1000 },
  ],
  nano: [{ frames: 16, height: 8, width: 8, channels: 64, groups: 8, perStatistic: 1, silu: 1, mean: 0 }],
  peers: [
    { frames: 1, height: 32, width: 32, channels: 320, groups: 32, perStatistic: 1, silu: 0, mean: 0 },
    { frames: 8, height: 32, width: 32, channels: 64, groups: 32, perStatistic: 1, silu: 0, mean: 0 },
  ],
  sd15: [
    { frames: 1, height: 32, width: 56, channels: 320, groups: 32, perStatistic: 1, silu: 1, mean: 0 },
    { frames: 1, height: 16, width: 28, channels: 640, groups: 32, perStatistic: 1, silu: 0, mean: 0 },
    { frames: 1, height: 8, width: 14, channels: 2560, groups: 32, perStatistic: 1, silu: 1, mean: 0 },
    { frames: 8, height: 4, width: 7, channels: 1280, groups: 32, perStatistic: 8, silu: 1, mean: 0 },
  ],
  inputs({ frames = 0, height = 0, width = 0, channels = 0, mean = 0 }) {
    const count = frames * height * width * channels;
    return {
      x: {
        shape: [frames, height, width, channels],
        data: randomArray(count, 5).map((x) => mean + x * Math.sqrt(3)),
      },
      weight: { shape: [channels], data: randomArray(channels, 6) },
      bias: { shape: [channels], data: randomArray(channels, 7) },
    };
  },
  record(rec, { groups = 0, perStatistic = 1, silu = 0 }, variant, { x, weight, bias }) {
    const activation = silu ? 'silu' : 'none';
    const w = { weight: weight!, bias: bias! };
    const options = { groups, eps: EPS, activation, framesPerStatistic: perStatistic } as const;
    const chosen = variant ? { variant: variant as GroupNormVariant } : {};
    return groupNorm(rec, x!, w, { ...options, ...chosen });
  },
  reference(shape, { x, weight, bias }) {
    const { frames = 0, height = 0, width = 0, channels = 0, groups = 1, perStatistic = 1, silu = 0 } = shape;
    const pixels = perStatistic * height * width;
    const members = channels / groups;
    const out = new Float32Array(x!.length);
    for (let statistic = 0; statistic < frames / perStatistic; statistic++) {
      for (let group = 0; group < groups; group++) {
        const places: number[] = [];
        for (let pixel = 0; pixel < pixels; pixel++) {
          for (let c = 0; c < members; c++) {
            places.push((statistic * pixels + pixel) * channels + group * members + c);
          }
        }
        const mean = places.reduce((sum, at) => sum + x![at]!, 0) / places.length;
        const variance = places.reduce((sum, at) => sum + (x![at]! - mean) ** 2, 0) / places.length;
        for (const at of places) {
          const channel = at % channels;
          const y = ((x![at]! - mean) / Math.sqrt(variance + EPS)) * weight![channel]! + bias![channel]!;
          out[at] = silu ? y / (1 + Math.exp(-y)) : y;
        }
      }
    }
    return out;
  },
  flops: ({ frames = 0, height = 0, width = 0, channels = 0 }) => 8 * frames * height * width * channels,
  bytes: ({ frames = 0, height = 0, width = 0, channels = 0 }, size) =>
    2 * size * channels * (frames * height * width + 1),
  rtol: 1e-5,
  // The mean of 1000 ± 1 is known to half an ulp of 1000 in f32, 3e-5.
  atol: 1e-4,
};
