import { layerNorm, LAYER_NORM_VARIANTS, type LayerNormVariant } from '../../src/kernels/layer_norm.ts';
import { randomArray } from '../random.ts';
import type { KernelCase } from './run-case.ts';

const EPS = 1e-5;

/** Rows of `mean` + noise of deviation 1. */
export const layerNormCase: KernelCase = {
  op: 'layer_norm',
  variants: LAYER_NORM_VARIANTS,
  shapes: [
    { rows: 1, channels: 1, mean: 0 },
    { rows: 3, channels: 3, mean: 0 },
    { rows: 65, channels: 13, mean: 5 },
    { rows: 63, channels: 4, mean: 0 },
    { rows: 257, channels: 64, mean: 0 },
    { rows: 7, channels: 1024, mean: 1 },
    { rows: 5, channels: 160, mean: 1000 },
    { rows: 5, channels: 37, mean: 1000 },
  ],
  nano: [{ rows: 1024, channels: 64, mean: 0 }],
  sd15: [
    { rows: 1792, channels: 320, mean: 0 },
    { rows: 448, channels: 640, mean: 0 },
    { rows: 112, channels: 1280, mean: 0 },
  ],
  inputs: ({ rows = 0, channels = 0, mean = 0 }) => ({
    x: { shape: [rows, channels], data: randomArray(rows * channels, 1).map((x) => mean + x * Math.sqrt(3)) },
    weight: { shape: [channels], data: randomArray(channels, 2) },
    bias: { shape: [channels], data: randomArray(channels, 3) },
  }),
  record(rec, _shape, variant, { x, weight, bias }) {
    if (variant === 'subgroup' && !rec.gpu.features.subgroups) return undefined;
    const w = { weight: weight!, bias: bias! };
    const chosen = variant ? { variant: variant as LayerNormVariant } : {};
    return layerNorm(rec, x!, w, { eps: EPS, ...chosen });
  },
  reference({ rows = 0, channels = 0 }, { x, weight, bias }) {
    const out = new Float32Array(rows * channels);
    for (let r = 0; r < rows; r++) {
      const row = Array.from(x!.subarray(r * channels, (r + 1) * channels));
      const mean = row.reduce((sum, value) => sum + value, 0) / channels;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / channels;
      row.forEach((value, c) => {
        out[r * channels + c] = ((value - mean) / Math.sqrt(variance + EPS)) * weight![c]! + bias![c]!;
      });
    }
    return out;
  },
  flops: ({ rows = 0, channels = 0 }) => 8 * rows * channels,
  bytes: ({ rows = 0, channels = 0 }, size) => 2 * size * channels * (rows + 1),
  rtol: 1e-5,
  // The mean of 1000 ± 1 is known to half an ulp of 1000 in f32, 3e-5.
  atol: 1e-4,
};
