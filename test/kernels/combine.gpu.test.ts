import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { combine, combineInto } from '../../src/kernels/combine.ts';
import { gpuTest } from '../gpu.ts';
import { sweep } from './case.ts';
import { combineCase } from './combine.case.ts';

sweep(combineCase);

gpuTest('combine refuses what it cannot add', async (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  const x = rec.input('x', [2, 3], 'f32');
  const longer = rec.input('longer', [7], 'f32');
  const c = rec.input('c', [2], 'f32');
  const whole = rec.input('whole', [2], 'u32');
  expect(() => combine(rec, [], c)).toThrow('1 to 6 terms, got 0');
  expect(() => combine(rec, [x, longer], c)).toThrow('expected terms of 6 > 0 elements, got [7]');
  expect(() => combine(rec, [x, x, x], c)).toThrow('expected 3 f32 coefficients, got f32 [2]');
  expect(() => combine(rec, [x], whole)).toThrow('f32 coefficients, got u32');
  expect(() => combineInto(rec, x, [longer], c)).toThrow('expected terms of 6');
  return Promise.resolve();
});
