import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { affine } from '../../src/kernels/affine.ts';
import { gpuTest } from '../gpu.ts';
import { affineCase } from './affine.case.ts';
import { sweep } from './case.ts';

sweep(affineCase);

gpuTest('affine: NaN and infinities pass where there are no bounds, NaN also between bounds', async (gpu) => {
  const rec = new Recorder(gpu, 'affine specials');
  const x = rec.input('x', [4], 'f32');
  rec.output('free', affine(rec, x, { scale: 2 }));
  rec.output('bounded', affine(rec, x, { min: -30, max: 20 }));
  using program = await rec.finish();
  program.write('x', [NaN, Infinity, -Infinity, 21]);
  await program.run();
  expect([...(await program.read('free'))]).toEqual([NaN, Infinity, -Infinity, 42]);
  expect([...(await program.read('bounded'))]).toEqual([NaN, 20, -30, 20]);
});

gpuTest('affine: refuses bounds that exclude everything', async (gpu) => {
  const rec = new Recorder(gpu, 'affine bounds');
  const x = rec.input('x', [4], 'f32');
  expect(() => affine(rec, x, { min: 1, max: 0 })).toThrow(/min ≤ max/);
  await Promise.resolve();
});
