import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { addRows } from '../../src/kernels/add_rows.ts';
import { gpuTest } from '../gpu.ts';
import { addRowsCase } from './add_rows.case.ts';
import { sweep } from './case.ts';

sweep(addRowsCase);

gpuTest('add_rows: refuses a table of another width', (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  const x = rec.input('x', [3, 8], 'f32');
  expect(() => addRows(rec, x, rec.input('table', [3, 4], 'f32'))).toThrow(/table \[P, 8\]/);
  return Promise.resolve();
});
