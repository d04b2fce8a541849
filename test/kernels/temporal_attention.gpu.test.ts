import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { temporalAttention } from '../../src/kernels/temporal_attention.ts';
import { expectClose } from '../compare.ts';
import { gpuTest } from '../gpu.ts';
import { runCase, sweep } from './case.ts';
import { temporalAttentionCase } from './temporal_attention.case.ts';

sweep(temporalAttentionCase);

gpuTest('temporal_attention: every clip length finds a kernel', async (gpu) => {
  const anyVariant = {
    ...temporalAttentionCase,
    record: (rec, { clips = 0, frames = 0, pixels = 0, heads = 0, headDim = 0 }, _variant, { qkv }) =>
      temporalAttention(rec, { qkv: qkv!, clips, frames, pixels, heads, headDim }),
  } satisfies typeof temporalAttentionCase;
  for (const frames of [1, 2, 5, 32, 33]) {
    const shape = { clips: 1, frames, pixels: 3, heads: 2, headDim: 8 };
    const { got, want } = (await runCase(gpu, anyVariant, shape, ''))!;
    expectClose(got, want, { atol: 2e-5, rtol: 1e-5, label: `${frames} frames` });
  }
});

gpuTest('temporal_attention: refuses no frames, and a qkv of another size', (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  const qkv = rec.input('qkv', [24, 24], 'f32');
  const sizes = { clips: 1, frames: 8, pixels: 3, heads: 2, headDim: 4 };
  expect(() => temporalAttention(rec, { qkv, ...sizes, frames: 0 })).toThrow(/frames must be ≥ 1/);
  expect(() => temporalAttention(rec, { qkv, ...sizes, heads: 3 })).toThrow(/expected qkv \[24, 36\]/);
  const long = { qkv: rec.input('long', [33, 24], 'f32'), ...sizes, frames: 33, pixels: 1 };
  expect(() => temporalAttention(rec, { ...long, variant: 'register' })).toThrow(/at most 32 frames/);
  return Promise.resolve();
});
