import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { guidedApply, guidedCoefficients } from '../../src/kernels/guided_filter.ts';
import { expectClose } from '../compare.ts';
import { gpuTest } from '../gpu.ts';
import { sweep } from './case.ts';
import { guidedApplyCase, guidedCoefficientsCase } from './guided_filter.case.ts';

sweep(guidedCoefficientsCase);
sweep(guidedApplyCase);

gpuTest(
  'guided filter: what is linear in the luma comes out exactly at any size; bad shapes are refused',
  async (gpu) => {
    const rec = new Recorder(gpu, 'linear');
    const light = (y: number, x: number) => 0.1 + 0.02 * x + 0.03 * y;
    const x = rec.input('x', [1, 8, 8, 1], 'f32');
    const small = rec.input('small', [1, 8, 8, 1], 'f32');
    const full = rec.input('full', [1, 16, 16, 1], 'f32');
    const coefficients = guidedCoefficients(rec, x, small, { radius: 2, epsilon: 1e-9 });
    rec.output('out', guidedApply(rec, coefficients, full));
    expect(() => guidedCoefficients(rec, x, full, { radius: 1, epsilon: 1 })).toThrow(
      /guide \[1, 8, 8, 1 or 3\]/,
    );
    expect(() => guidedCoefficients(rec, x, small, { radius: 0, epsilon: 1 })).toThrow(/radius/);
    expect(() => guidedApply(rec, small, full)).toThrow(/2C/);
    using program = await rec.finish();
    const grid = (side: number, value: (y: number, x: number) => number) =>
      Float32Array.from({ length: side * side }, (_, i) => value(Math.floor(i / side), i % side));
    program.write(
      'x',
      grid(8, (row, col) => 0.8 - 2 * light(row, col)),
    );
    program.write('small', grid(8, light));
    // A step that the small size can't show: it must appear, because the luma has it.
    const guide = grid(16, (row, col) => light(row / 2, col / 2) + (row === 5 ? 0.01 : 0));
    program.write('full', guide);
    await program.run();
    const want = guide.map((value) => 0.8 - 2 * value);
    expectClose(await program.read('out'), want, { atol: 1e-4, rtol: 0, label: 'linear' });
  },
);
