// The sizes that the benchmark times: those where the bundled model spends its time (8 frames of 128x128, both video
// evaluations as one batch), and the cases of the peer benchmark. Names of sizes are those of test/kernels/<op>.case.ts.

import type { Shape } from '../test/kernels/run-case.ts';

/** Shapes by kernel. */
export const TIMED_SHAPES: Readonly<Record<string, readonly Shape[]>> = {
  linear: [
    { m: 1024, k: 64, n: 192 },
    { m: 1024, k: 64, n: 256, bias: 1, geglu: 1 },
    { m: 256, k: 128, n: 128, bias: 1, residual: 1 },
    { m: 512, k: 512, n: 512 },
    { m: 1024, k: 320, n: 2560 },
  ],
  conv2d: [
    { n: 16, h: 8, w: 8, cin: 64, cout: 64, bias: 1 },
    { n: 16, h: 4, w: 4, cin: 128, cout: 128, bias: 1 },
    { n: 8, h: 32, w: 32, cin: 64, cout: 64 },
    { n: 8, h: 16, w: 16, cin: 128, cout: 128 },
  ],
  temporal_conv: [{ clips: 2, frames: 8, h: 8, w: 8, c: 64, bias: 1, residual: 1 }],
  attention: [
    { batch: 16, queries: 64, keys: 64, heads: 2, headDim: 32 },
    { batch: 16, queries: 64, keys: 4, heads: 2, headDim: 32, keyBatches: 2 },
    { batch: 1, queries: 1024, keys: 77, heads: 8, headDim: 40 },
  ],
  temporal_attention: [{ clips: 2, frames: 8, pixels: 64, heads: 2, headDim: 32 }],
  group_norm: [
    { frames: 16, height: 8, width: 8, channels: 64, groups: 8, perStatistic: 1, silu: 1, mean: 0 },
    { frames: 1, height: 32, width: 32, channels: 320, groups: 32, perStatistic: 1, silu: 0, mean: 0 },
    { frames: 8, height: 32, width: 32, channels: 64, groups: 32, perStatistic: 1, silu: 0, mean: 0 },
  ],
  layer_norm: [{ rows: 1024, channels: 64, mean: 0 }],
};
