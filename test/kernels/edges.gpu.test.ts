// What holds for attention, norms and the kernels that move rows alike: NaN and infinities reach exactly the outputs that
// they reach in IEEE arithmetic, empty tensors are refused by name, and grids may exceed 65,535 workgroups a side.

import { expect } from 'vitest';
import { type Gpu, Recorder, type Tensor } from '../../src/gpu/index.ts';
import {
  activate,
  add,
  addRows,
  attention,
  ATTENTION_VARIANTS,
  concat,
  gather,
  GROUP_NORM_VARIANTS,
  groupNorm,
  LAYER_NORM_VARIANTS,
  layerNorm,
  resize,
  temporalAttention,
  TEMPORAL_ATTENTION_VARIANTS,
  unitRows,
} from '../../src/kernels/index.ts';
import { gpuTest } from '../gpu.ts';
import { randomArray } from '../random.ts';

/** What `record` makes of `x` (and a tensor of ones as long as its last side). */
async function evaluate(
  gpu: Gpu,
  shape: readonly number[],
  x: ArrayLike<number>,
  record: (rec: Recorder, x: Tensor, ones: Tensor) => Tensor,
): Promise<number[]> {
  const rec = new Recorder(gpu, 'edge');
  const channels = shape.at(-1)!;
  const [input, ones] = [rec.input('x', shape, 'f32'), rec.input('ones', [channels], 'f32')];
  rec.output('out', record(rec, input, ones));
  const program = await rec.finish();
  try {
    program.write('x', x);
    program.write('ones', new Float32Array(channels).fill(1));
    await program.run();
    return Array.from(await program.read('out'));
  } finally {
    program.dispose();
  }
}

/** Random numbers, but `values` at their places. */
function withValues(count: number, values: Readonly<Record<number, number>>): Float32Array {
  return randomArray(count, 1).map((x, i) => values[i] ?? x);
}

/** Indices of what is not finite. */
function notFinite(values: readonly number[]): number[] {
  return values.flatMap((value, i) => (Number.isFinite(value) ? [] : [i]));
}

const range = (start: number, end: number) => Array.from({ length: end - start }, (_, i) => start + i);

gpuTest('attention: a NaN query spoils its row, an infinite value its channel', async (gpu) => {
  // One tensor is queries, keys and values: rows of 24 channels, 7 of each.
  const view = (tensor: Tensor, part: number) => ({ tensor, offset: 8 * part, stride: 24 });
  const sizes = { batch: 1, queries: 7, keys: 7, heads: 1, headDim: 8 };
  for (const variant of ATTENTION_VARIANTS) {
    if (variant === 'quad' && !gpu.features.subgroups) continue;
    const run = (values: Readonly<Record<number, number>>) =>
      evaluate(gpu, [7, 24], withValues(7 * 24, values), (rec, x) =>
        attention(rec, { q: view(x, 0), k: view(x, 1), v: view(x, 2), ...sizes, variant }),
      );
    const spoiled = await run({ [2 * 24 + 5]: NaN });
    expect(notFinite(spoiled), variant).toEqual(range(16, 24));
    // The last key's value: what pads a tile of keys repeats none of it.
    const infinite = await run({ [6 * 24 + 16 + 3]: Infinity });
    expect(notFinite(infinite), variant).toEqual(range(0, 7).map((row) => 8 * row + 3));
    expect(infinite[3], variant).toBe(Infinity);
  }
});

gpuTest('temporal_attention: a NaN query spoils its frame, an infinite value its channel', async (gpu) => {
  const sizes = { clips: 1, frames: 5, pixels: 2, heads: 1, headDim: 4 };
  for (const variant of TEMPORAL_ATTENTION_VARIANTS) {
    const run = (values: Readonly<Record<number, number>>) =>
      evaluate(gpu, [10, 12], withValues(120, values), (rec, qkv) =>
        temporalAttention(rec, { qkv, ...sizes, variant }),
      );
    expect(notFinite(await run({ [3 * 12]: NaN })), variant).toEqual(range(12, 16)); // frame 1, pixel 1
    const infinite = await run({ [9 * 12 + 8 + 2]: -Infinity }); // frame 4, pixel 1
    expect(notFinite(infinite), variant).toEqual([6, 14, 22, 30, 38]);
    expect(infinite[6], variant).toBe(-Infinity);
  }
});

gpuTest('norms: NaN and infinity spoil their row or group, and nothing else', async (gpu) => {
  for (const bad of [NaN, Infinity]) {
    for (const variant of LAYER_NORM_VARIANTS) {
      if (variant === 'subgroup' && !gpu.features.subgroups) continue;
      const out = await evaluate(gpu, [3, 8], withValues(24, { 11: bad }), (rec, x, ones) =>
        layerNorm(rec, x, { weight: ones, bias: ones }, { eps: 1e-5, variant }),
      );
      expect(notFinite(out), variant).toEqual(range(8, 16));
    }
    for (const variant of GROUP_NORM_VARIANTS) {
      const out = await evaluate(gpu, [2, 2, 1, 8], withValues(32, { 21: bad }), (rec, x, ones) =>
        groupNorm(rec, x, { weight: ones, bias: ones }, { groups: 2, eps: 1e-5, variant }),
      );
      expect(notFinite(out), variant).toEqual([...range(20, 24), ...range(28, 32)]);
    }
    const out = await evaluate(gpu, [3, 8], withValues(24, { 11: bad }), (rec, x) => unitRows(rec, x, 1));
    // A number by an infinite length is zero.
    expect(notFinite(out)).toEqual(Number.isNaN(bad) ? range(8, 16) : [11]);
  }
});

gpuTest('rows and pixels: NaN and infinity go where they are read', async (gpu) => {
  const at = { 5: NaN, 10: -Infinity };
  const x = withValues(24, at);
  const kept = (out: readonly number[], places: Readonly<Record<number, number>>) => {
    expect(notFinite(out)).toEqual(Object.keys(places).map(Number));
    for (const [i, value] of Object.entries(places)) expect(out[Number(i)]).toBe(value);
  };
  kept(await evaluate(gpu, [3, 8], x, (rec, input, ones) => add(rec, input, ones)), at);
  kept(
    await evaluate(gpu, [3, 8], x, (rec, input, ones) => addRows(rec, input, rec.reshape(ones, [1, 8]))),
    at,
  );
  kept(await evaluate(gpu, [3, 8], x, (rec, input) => activate(rec, input, 'relu')), { 5: NaN });
  kept(
    await evaluate(gpu, [3, 8], x, (rec, input, ones) => concat(rec, [rec.reshape(ones, [1, 8]), input], 0)),
    {
      13: NaN,
      18: -Infinity,
    },
  );
  kept(
    await evaluate(gpu, [1, 2, 3, 4], x, (rec, input) => resize(rec, input, [4, 3], { mode: 'nearest' })),
    { 5: NaN, 10: -Infinity, 17: NaN, 22: -Infinity },
  );
});

gpuTest('no frames and no rows are refused by name', (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  const none = rec.input('none', [0, 4, 4, 8], 'f32');
  const w = { weight: rec.input('weight', [8], 'f32'), bias: rec.input('bias', [8], 'f32') };
  const ids = rec.input('ids', [0], 'u32');
  expect(() => groupNorm(rec, none, w, { groups: 2, eps: 0 })).toThrow(/groupNorm: .*\[0, 4, 4, 8\]/);
  expect(() => layerNorm(rec, none, w, { eps: 0 })).toThrow(/layerNorm: .*\[0, 4, 4, 8\]/);
  expect(() => resize(rec, none, [2, 2], { mode: 'nearest' })).toThrow(/resize: .*\[0, 4, 4, 8\]/);
  expect(() => activate(rec, none, 'silu')).toThrow(/silu: \[0, 4, 4, 8\]/);
  expect(() => addRows(rec, none, rec.input('table', [1, 8], 'f32'))).toThrow(/addRows: .*\[0, 4, 4, 8\]/);
  expect(() => concat(rec, [none], 0)).toThrow(/concat: .*\[0, 4, 4, 8\]/);
  expect(() => gather(rec, ids, rec.input('embeddings', [5, 8], 'f32'))).toThrow(/gather: .*\[0\]/);
  return Promise.resolve();
});

gpuTest('norms: more workgroups than 65,535', async (gpu) => {
  // Four rows a workgroup, and one group of one number: every result is the bias.
  const rows = 4 * 65_537;
  const variant = gpu.features.subgroups ? 'subgroup' : 'workgroup';
  const byRow = await evaluate(gpu, [rows, 1], new Float32Array(rows).fill(7), (rec, x, ones) =>
    layerNorm(rec, x, { weight: ones, bias: ones }, { eps: 1e-5, variant }),
  );
  expect(byRow.every((value) => value === 1)).toBe(true);
  const byFrame = await evaluate(gpu, [65_537, 1, 1, 1], new Float32Array(65_537), (rec, x, ones) =>
    groupNorm(rec, x, { weight: ones, bias: ones }, { groups: 1, eps: 1e-5, variant: 'workgroup' }),
  );
  expect(byFrame.every((value) => value === 1)).toBe(true);
});
