import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { layerNorm } from '../../src/kernels/layer_norm.ts';
import { gpuTest } from '../gpu.ts';
import { sweep } from './case.ts';
import { layerNormCase } from './layer_norm.case.ts';

sweep(layerNormCase);

gpuTest('layer_norm: refuses a weight of another width', (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  const x = rec.input('x', [3, 8], 'f32');
  const four = rec.input('four', [4], 'f32');
  expect(() => layerNorm(rec, x, { weight: four, bias: four }, { eps: 0 })).toThrow(/weight and bias \[8\]/);
  return Promise.resolve();
});
