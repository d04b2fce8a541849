import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { warp } from '../../src/kernels/warp.ts';
import { gpuTest } from '../gpu.ts';
import { sweep } from './case.ts';
import { warpCase } from './warp.case.ts';

sweep(warpCase);

gpuTest('warp: a flow of another shape is refused', async (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  const x = rec.input('x', [1, 2, 3, 1], 'f32');
  expect(() => warp(rec, x, x)).toThrow(/flow \[1, 2, 3, 2\]/);
  await Promise.resolve();
});
