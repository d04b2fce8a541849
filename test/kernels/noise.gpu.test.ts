import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { noise, philoxWords } from '../../src/kernels/noise.ts';
import { gaussianNoise, philox4x32 } from '../../src/sampler/noise.ts';
import { expectClose } from '../compare.ts';
import { gpuTest } from '../gpu.ts';
import { sweep } from './case.ts';
import { noiseCase } from './noise.case.ts';

sweep(noiseCase);

gpuTest("noise: Philox's words are the CPU's, bit by bit", async (gpu) => {
  const [frames, elements] = [3, 4001];
  const key = [0xdeadbeef, 0xffffffff, 41, 6] as const;
  const rec = new Recorder(gpu, 'philox');
  rec.output('words', philoxWords(rec, [frames, elements], rec.input('key', [4], 'u32')));
  using program = await rec.finish();
  program.write('key', key);
  await program.run();
  const want = Uint32Array.from({ length: frames * elements }, (_, i) => {
    const [frame, element] = [Math.floor(i / elements), i % elements];
    return philox4x32([Math.floor(element / 4), key[2] + frame, key[3], 0], [key[0], key[1]])[element % 4]!;
  });
  expect(await program.read('words')).toEqual(want);
});

gpuTest('noise: two million numbers within 2e-6 of double precision, tails included', async (gpu) => {
  const elements = 1 << 18;
  const rec = new Recorder(gpu, 'tails');
  const key = rec.input('key', [4], 'u32');
  rec.output('noise', noise(rec, [8, elements], key));
  using program = await rec.finish();
  program.write('key', [1, 0, 0, 0]);
  await program.run();
  const want = new Float64Array(8 * elements);
  for (let frame = 0; frame < 8; frame++) {
    gaussianNoise({ seed: 1, frame }, want.subarray(frame * elements, (frame + 1) * elements));
  }
  expectClose(await program.read('noise'), want, { atol: 2e-6, rtol: 0, label: 'noise' });
});

gpuTest('noise refuses other keys and empty shapes', async (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  expect(() => noise(rec, [8, 0], rec.input('key', [4], 'u32'))).toThrow(
    'expected a u32 key [4] and elements',
  );
  expect(() => noise(rec, [8, 1], rec.input('short', [3], 'u32'))).toThrow('got u32 [3]');
  expect(() => philoxWords(rec, [8, 1], rec.input('float', [4], 'f32'))).toThrow('got f32 [4]');
  return Promise.resolve();
});
