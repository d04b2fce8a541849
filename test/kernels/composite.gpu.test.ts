import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { composite } from '../../src/kernels/composite.ts';
import { gpuTest } from '../gpu.ts';
import { sweep } from './case.ts';
import { compositeCase } from './composite.case.ts';

sweep(compositeCase);

gpuTest(
  'composite: a mask of 0 gives the very bottom, of 1 the very top; shapes that differ are refused',
  async (gpu) => {
    const rec = new Recorder(gpu, 'ends');
    const top = rec.input('top', [1, 1, 2, 2], 'f32');
    const bottom = rec.input('bottom', [1, 1, 2, 2], 'f32');
    const mask = rec.input('mask', [1, 1, 2, 1], 'f32');
    rec.output('out', composite(rec, top, bottom, mask));
    expect(() => composite(rec, top, bottom, top)).toThrow(/mask \[1, 1, 2, 1\]/);
    expect(() => composite(rec, top, mask, mask)).toThrow(/alike/);
    using program = await rec.finish();
    const [high, low] = [Float32Array.of(0.1, 1e7, 0.3, -1e7), Float32Array.of(-7.7e-5, 0.2, 1 / 3, 9.9)];
    program.write('top', high);
    program.write('bottom', low);
    program.write('mask', [0, 1]);
    await program.run();
    expect(await program.read('out')).toEqual(Float32Array.of(low[0]!, low[1]!, high[2]!, high[3]!));
  },
);
