// layer_norm_plain, layer_norm_lanes (moments, added up by sum_alone or sum_workgroup), layer_norm_subgroup.

import { expect } from 'vitest';
import { dawn } from '../../bin/dawn.ts';
import { Gpu, Recorder } from '../../src/gpu/index.ts';
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

gpuTest('layer_norm: refuses subgroups that the device has not', async () => {
  const adapter = await dawn().requestAdapter();
  const device = await adapter!.requestDevice();
  const gpu = await Gpu.create({ device });
  try {
    const rec = new Recorder(gpu, 'refused');
    const x = rec.input('x', [3, 8], 'f32');
    const eight = rec.input('eight', [8], 'f32');
    const options = { eps: 0, variant: 'subgroup' } as const;
    expect(() => layerNorm(rec, x, { weight: eight, bias: eight }, options)).toThrow(/has no subgroups/);
  } finally {
    gpu.dispose();
    device.destroy();
  }
});
