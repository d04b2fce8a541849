import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { timestepEmbedding } from '../../src/kernels/timestep_embedding.ts';
import { gpuTest } from '../gpu.ts';
import { sweep } from './case.ts';
import { timestepEmbeddingCase } from './timestep_embedding.case.ts';

sweep(timestepEmbeddingCase);

gpuTest('timestep_embedding: refuses half-precision timesteps and dim 1', (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  const options = { flipSinToCos: true, freqShift: 0 };
  expect(() => timestepEmbedding(rec, rec.input('h', [2], 'f16'), 4, options)).toThrow(/f32 timesteps/);
  expect(() => timestepEmbedding(rec, rec.input('f', [2], 'f32'), 1, options)).toThrow(/dim ≥ 2/);
  return Promise.resolve();
});
