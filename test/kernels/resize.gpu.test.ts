// resize, and resample with its resample_weights (on trigonometry) for the antialiased filters.

import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { resize } from '../../src/kernels/resize.ts';
import { gpuTest } from '../gpu.ts';
import { sweep } from './case.ts';
import { resizeCase } from './resize.case.ts';

sweep(resizeCase);

gpuTest('resize refuses other ranks, empty sizes and options of other modes', async (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  const x = rec.input('x', [1, 4, 4, 3], 'f32');
  const flat = rec.input('flat', [16, 3], 'f32');
  expect(() => resize(rec, flat, [2, 2], { mode: 'bilinear' })).toThrow('expected a tensor [N, H, W, C]');
  expect(() => resize(rec, x, [0, 2], { mode: 'bilinear' })).toThrow("can't resize [1, 4, 4, 3]");
  expect(() => resize(rec, x, [2, 2.5], { mode: 'bilinear' })).toThrow('to height and width [2, 2.5]');
  expect(() => resize(rec, x, [2, 2], { mode: 'nearest', alignCorners: true })).toThrow('no alignCorners');
  expect(() => resize(rec, x, [2, 2], { mode: 'bicubic', round8: true })).toThrow('no round8');
  return Promise.resolve();
});
