import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { minMax, normaliseRange } from '../../src/kernels/min_max.ts';
import { gpuTest } from '../gpu.ts';
import { sweep } from './case.ts';
import { minMaxCase, normaliseRangeCase } from './min_max.case.ts';

sweep(minMaxCase);
sweep(normaliseRangeCase);

gpuTest('min_max: infinities are ends like any other, empty tensors are refused', async (gpu) => {
  const rec = new Recorder(gpu, 'infinite');
  const x = rec.input('x', [300], 'f32');
  rec.output('range', minMax(rec, x));
  expect(() => minMax(rec, rec.tensor([0], 'f32', 'none'))).toThrow('at least one element, got [0]');
  expect(() => normaliseRange(rec, x, rec.tensor([3], 'f32', 'three'))).toThrow('an f32 range [2]');
  using program = await rec.finish();
  program.write('x', new Float32Array(300).fill(Infinity));
  await program.run();
  expect([...(await program.read('range'))]).toEqual([Infinity, Infinity]);
});
