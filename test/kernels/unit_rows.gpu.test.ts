import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { unitRows } from '../../src/kernels/unit_rows.ts';
import { gpuTest } from '../gpu.ts';
import { sweep } from './case.ts';
import { unitRowsCase } from './unit_rows.case.ts';

sweep(unitRowsCase);

gpuTest('unit_rows: refuses an empty tensor', (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  expect(() => unitRows(rec, rec.input('x', [0, 8], 'f32'), 1)).toThrow(RangeError);
  return Promise.resolve();
});
