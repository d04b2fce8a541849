import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { minMax, normaliseRange } from '../../src/kernels/min_max.ts';
import { MAX_STRUCTURE_STEP, structureLadder } from '../../src/kernels/structure_ladder.ts';
import { expectClose } from '../compare.ts';
import { gpuTest } from '../gpu.ts';
import { floats, loadTensors } from '../tensors.ts';

gpuTest('structure ladder: all eight steps of the golden, from raw depth', async (gpu) => {
  const tensors = await loadTensors('nano/structure.safetensors');
  const [frames = 0, , height = 0, width = 0] = tensors['in.depth']!.shape;
  const rec = new Recorder(gpu, 'structure');
  const raw = rec.input('depth', [frames, height, width, 1], 'f32');
  const depth = normaliseRange(rec, raw, minMax(rec, raw));
  for (let k = 0; k <= MAX_STRUCTURE_STEP; k++) rec.output(`t${k}`, structureLadder(rec, depth, k));
  using program = await rec.finish();
  program.write('depth', floats(tensors, 'in.depth'));
  await program.run();
  for (let k = 0; k <= MAX_STRUCTURE_STEP; k++) {
    const label = `structure step ${k}`;
    expectClose(await program.read(`t${k}`), floats(tensors, `out.t${k}`), { atol: 1e-5, rtol: 1e-5, label });
  }
});

gpuTest('structure ladder: tiny depth stays at least one pixel, other steps are refused', async (gpu) => {
  const rec = new Recorder(gpu, 'tiny');
  const depth = rec.input('depth', [1, 3, 1, 1], 'f32');
  const out = structureLadder(rec, depth, MAX_STRUCTURE_STEP);
  expect(out.shape).toEqual([1, 3, 1, 1]);
  rec.output('out', out);
  expect(() => structureLadder(rec, depth, 8)).toThrow('structure step 8');
  expect(() => structureLadder(rec, depth, 0.5)).toThrow('structure step 0.5');
  using program = await rec.finish();
  program.write('depth', [0.25, 0.25, 0.25]);
  await program.run();
  expectClose(await program.read('out'), [0.25, 0.25, 0.25], { atol: 1e-6, rtol: 0, label: 'constant' });
});
