// attention_plain, attention_register, attention_quad and attention_tile, all on attention_shared.

import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { attention } from '../../src/kernels/attention.ts';
import { expectClose } from '../compare.ts';
import { gpuTest } from '../gpu.ts';
import { attentionCase } from './attention.case.ts';
import { runCase, sweep } from './case.ts';

sweep(attentionCase);

gpuTest('attention: a row that sees no key is NaN with -Infinity, as in torch', async (gpu) => {
  const shape = { batch: 1, queries: 3, keys: 5, heads: 1, headDim: 4, mask: 2 };
  for (const variant of attentionCase.variants) {
    const result = await runCase(gpu, attentionCase, shape, variant);
    if (result) expect(Array.from(result.got).every(Number.isNaN), variant).toBe(true);
    else expect(variant).toBe('quad'); // which has no hidden keys
  }
});

gpuTest('attention: a row that sees no key stays finite with -10000', async (gpu) => {
  const shape = { batch: 1, queries: 3, keys: 5, heads: 1, headDim: 4, mask: 2, maskValue: -10000 };
  for (const variant of attentionCase.variants) {
    const result = await runCase(gpu, attentionCase, shape, variant);
    if (!result) continue; // quad, which has no hidden keys
    const { got, want } = result;
    // Scores near -10000 keep 1e-3 in f32, in torch too.
    expectClose(got, want, { atol: 2e-3, rtol: 0, label: variant });
  }
});

gpuTest('attention: refuses views that leave their tensor, and batches that do not divide', (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  const tensor = rec.input('x', [6, 8], 'f32');
  const rows = { tensor, offset: 0, stride: 8 };
  const sizes = { batch: 2, queries: 3, keys: 3, heads: 2, headDim: 4 };
  const all = { q: rows, k: rows, v: rows, ...sizes };
  expect(() => attention(rec, { ...all, v: { ...rows, offset: 1 } })).toThrow(/v reads 6 rows of 8/);
  expect(() => attention(rec, { ...all, queries: 0 })).toThrow(RangeError);
  expect(() => attention(rec, { ...all, keyBatches: 3 })).toThrow(/divide batch 2/);
  expect(() => attention(rec, { ...all, mask: tensor })).toThrow(/u32 mask/);
  return Promise.resolve();
});
