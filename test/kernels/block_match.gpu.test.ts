import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { blockMatch } from '../../src/kernels/block_match.ts';
import { gpuTest } from '../gpu.ts';
import { blockMatchCase } from './block_match.case.ts';
import { sweep } from './case.ts';

sweep(blockMatchCase);

gpuTest('block match: images and guesses of other shapes are refused', async (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  const x = rec.input('x', [1, 5, 3, 1], 'f32');
  expect(() => blockMatch(rec, x, rec.input('y', [1, 5, 3, 3], 'f32'))).toThrow(/alike/);
  expect(() => blockMatch(rec, x, x, { guess: x })).toThrow(/guess \[1, 3, 2, 2\]/);
  await Promise.resolve();
});
