import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { concat, slice } from '../../src/kernels/copy.ts';
import { gpuTest } from '../gpu.ts';
import { sweep } from './case.ts';
import { concatCase, concatRepeatedCase, sliceCase } from './copy.case.ts';

sweep(concatCase);
sweep(concatRepeatedCase);
sweep(sliceCase);

gpuTest('concat and slice: refuse what does not fit', (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  const x = rec.input('x', [3, 8], 'f32');
  const y = rec.input('y', [2, 8], 'f32');
  expect(() => concat(rec, [x, y], 1)).toThrow(/along axis 1/);
  const a = rec.input('a', [2, 3, 8], 'f32');
  const b = rec.input('b', [1, 3, 8], 'f32');
  expect(() => concat(rec, [a, b], 2)).toThrow(/expected \[2, 3, 8\], got \[1, 3, 8\]/);
  expect(() => concat(rec, [], 0)).toThrow(RangeError);
  expect(() => concat(rec, [x], 2)).toThrow(/axis 2/);
  expect(() => slice(rec, x, 1, 5, 4)).toThrow(/within 0..8/);
  expect(() => slice(rec, x, 1, 5, 0)).toThrow(RangeError);
  return Promise.resolve();
});
