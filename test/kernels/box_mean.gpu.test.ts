import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { boxMean } from '../../src/kernels/box_mean.ts';
import { gpuTest } from '../gpu.ts';
import { boxMeanCase } from './box_mean.case.ts';
import { sweep } from './case.ts';

sweep(boxMeanCase);

gpuTest('box mean: radius 0 is the image itself, other radii than whole ones are refused', async (gpu) => {
  const rec = new Recorder(gpu, 'radius');
  const x = rec.input('x', [1, 2, 2, 1], 'f32');
  expect(boxMean(rec, x, 0)).toBe(x);
  expect(() => boxMean(rec, x, 0.5)).toThrow(/radius/);
  expect(() => boxMean(rec, rec.input('rows', [4, 1], 'f32'), 1)).toThrow(/\[N, H, W, C\]/);
  await Promise.resolve();
});
