import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { gather } from '../../src/kernels/gather.ts';
import { gpuTest } from '../gpu.ts';
import { sweep } from './case.ts';
import { gatherCase } from './gather.case.ts';

sweep(gatherCase);

gpuTest('gather: refuses ids that are no u32, and positions of another width', (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  const ids = rec.input('ids', [3], 'u32');
  const table = rec.input('table', [5, 8], 'f32');
  expect(() => gather(rec, rec.input('x', [3], 'f32'), table)).toThrow(/got f32 ids \[3\]/);
  expect(() => gather(rec, ids, table, rec.input('positions', [3, 4], 'f32'))).toThrow(/positions \[P, 8\]/);
  return Promise.resolve();
});
