// group_norm_plain; group_norm_partial with group_norm_merge, or group_norm_moments, both with group_norm_apply.

import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { groupNorm } from '../../src/kernels/group_norm.ts';
import { gpuTest } from '../gpu.ts';
import { sweep } from './case.ts';
import { groupNormCase } from './group_norm.case.ts';

sweep(groupNormCase);

gpuTest('group_norm: refuses groups, clips and weights that do not fit', (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  const x = rec.input('x', [3, 2, 2, 8], 'f32');
  const eight = rec.input('eight', [8], 'f32');
  const w = { weight: eight, bias: eight };
  expect(() => groupNorm(rec, x, w, { groups: 3, eps: 0 })).toThrow(RangeError);
  expect(() => groupNorm(rec, x, w, { groups: 4, eps: 0, framesPerStatistic: 2 })).toThrow(/clips of 2/);
  expect(() => groupNorm(rec, x, { weight: eight, bias: x }, { groups: 4, eps: 0 })).toThrow(RangeError);
  return Promise.resolve();
});
