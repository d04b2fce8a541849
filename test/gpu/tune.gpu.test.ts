import { expect, vi } from 'vitest';
import { createGpu } from '../../bin/dawn.ts';
import {
  type Choice,
  DeviceLostError,
  type Gpu,
  questionKey,
  type Recorder,
  type Tensor,
  tune,
} from '../../src/gpu/index.ts';
import { gpuTest } from '../gpu.ts';

const COUNT = 4096;

/** Work that takes `rounds` times as long as one round, or does not compile. */
function spin(rec: Recorder, x: Tensor, rounds: number): Tensor {
  const y = rec.tensor(x.shape, 'f32', 'spun');
  const wgsl = `@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum = x[id.x];
  for (var i = 0u; i < 64 * ROUNDS; i++) { sum = sum * 0.5 + f32(i); }
  y[id.x] = sum;
}${rounds === 0 ? ' not WGSL' : ''}`;
  const source = { name: 'spin', wgsl };
  rec.dispatch({
    source,
    prelude: { constants: { ROUNDS: rounds } },
    inputs: [x],
    outputs: [y],
    workgroups: [COUNT / 64],
    flops: 1,
  });
  return y;
}

/** Candidates are numbers of rounds. */
function question(shape: string, ...candidates: [string, ...string[]]): Choice {
  const x: Tensor = { shape: [COUNT], dtype: 'f32', label: 'x' };
  return {
    family: 'spin',
    shape,
    candidates,
    record: (rec, candidate) => void spin(rec, rec.standIn(x), Number(candidate)),
  };
}

const answer = (gpu: Gpu, asked: Choice) => gpu.choices.measured.get(questionKey(asked));

gpuTest('the faster candidate wins, wherever it stands', async (gpu) => {
  const first = question('a', '2', '40');
  const last = question('b', '40', '20', '2');
  const seen: string[] = [];
  await tune(gpu, [first, last], {
    budgetMs: 60_000,
    onQuestion: (done, total) => seen.push(`${done}/${total}`),
  });
  expect([first, last].map((asked) => answer(gpu, asked))).toEqual(['2', '2']);
  expect(seen).toEqual(['1/2', '2/2']);
  gpu.choices.measured.clear();
});

gpuTest('a clock that ticks every 20 ms is enough', async (gpu) => {
  const asked = question('coarse', '40', '2');
  const fine = performance.now.bind(performance);
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => 20 * Math.floor(fine() / 20));
  try {
    await tune(gpu, [asked], { budgetMs: 60_000 });
  } finally {
    clock.mockRestore();
  }
  expect(answer(gpu, asked)).toBe('2');
  gpu.choices.measured.clear();
});

gpuTest('a candidate that does not compile is passed over', async (gpu) => {
  const asked = question('broken', '0', '3');
  await tune(gpu, [asked], { budgetMs: 60_000 });
  expect(answer(gpu, asked)).toBe('3');
  gpu.choices.measured.clear();
});

gpuTest('without a budget every question stays open', async (gpu) => {
  const asked = question('hurried', '1', '2');
  await tune(gpu, [asked], { budgetMs: 0 });
  expect(answer(gpu, asked)).toBeUndefined();
});

gpuTest('aborting rejects with the reason and frees what was allocated', async (gpu) => {
  const stop = new AbortController();
  const asked = [question('x', '30', '31'), question('y', '32', '33')];
  const tuning = tune(gpu, asked, {
    budgetMs: 60_000,
    signal: stop.signal,
    onQuestion: () => stop.abort(new Error('enough')),
  });
  await expect(tuning).rejects.toThrow('enough');
  gpu.choices.measured.clear();
});

gpuTest('a lost device ends it, and nothing is taken for an answer', async () => {
  const gpu = await createGpu({ precision: 'f32' });
  const asked = question('lost', '500', '501');
  const tuning = tune(gpu, [asked], { budgetMs: 60_000 });
  setTimeout(() => gpu.device.destroy(), 20);
  await expect(tuning).rejects.toBeInstanceOf(DeviceLostError);
  expect(gpu.choices.measured.size).toBe(0);
  expect(gpu.liveBuffers()).toHaveLength(1);
  gpu.dispose();
});
