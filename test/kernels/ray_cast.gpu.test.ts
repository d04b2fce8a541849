import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { rayCast } from '../../src/kernels/ray_cast.ts';
import { expectClose } from '../compare.ts';
import { gpuTest } from '../gpu.ts';
import { sweep } from './case.ts';
import { rayCastCase } from './ray_cast.case.ts';

sweep(rayCastCase);

gpuTest('ray_cast: a sphere straight ahead, in closed form', async (gpu) => {
  const rec = new Recorder(gpu, 'sphere');
  const solids = rec.input('solids', [1, 1, 12], 'f32');
  const views = rec.input('views', [1, 20], 'f32');
  const { grey, disparity } = rayCast(rec, solids, views, [3, 3], { samples: 1, sky: 0.25 });
  rec.output('grey', grey);
  rec.output('disparity', disparity);
  using program = await rec.finish();
  // Radius 1 at depth 5, light from the eye; the outer pixels look past it.
  program.write('solids', [0, 0, -5, 0, 0, 0, -5, 1, 1, 0, 0.8, 0]);
  program.write('views', [0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1, 0, 0, 0, 1, 0.25]);
  await program.run();
  const close = { atol: 1e-6, rtol: 0 };
  const around = (centre: number, outside: number) =>
    Array.from({ length: 9 }, (_, i) => (i === 4 ? centre : outside));
  expectClose(await program.read('grey'), around(0.8, 0.25), { ...close, label: 'grey' });
  expectClose(await program.read('disparity'), around(1 / 4, 0), { ...close, label: 'disparity' });
});

gpuTest('ray_cast refuses other shapes', (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  const solids = rec.input('solids', [2, 3, 12], 'f32');
  const views = rec.input('views', [2, 20], 'f32');
  expect(() => rayCast(rec, solids, rec.input('one', [1, 20], 'f32'), [4, 4])).toThrow(
    'expected solids [F, n, 12] and views [F, 20], got [2, 3, 12] and [1, 20]',
  );
  expect(() => rayCast(rec, solids, views, [4, 0])).toThrow('got 4 and 0');
  expect(() => rayCast(rec, solids, views, [4, 4], { samples: 9 })).toThrow('got 9');
  return Promise.resolve();
});
