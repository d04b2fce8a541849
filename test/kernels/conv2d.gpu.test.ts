// conv2d in its direct form (gemm) and in Winograd's: winograd_input, the products of gemm, winograd_output.

import { expect } from 'vitest';
import { Recorder, type Gpu } from '../../src/gpu/index.ts';
import { conv2d, packConv } from '../../src/kernels/conv2d.ts';
import { prefersWinograd, transformWeights } from '../../src/kernels/winograd.ts';
import { gpuTest } from '../gpu.ts';
import { randomArray } from '../random.ts';
import { sweep } from './case.ts';
import { conv2dCase } from './conv2d.case.ts';

sweep(conv2dCase);

const SIDE = 9;

/** A 3x3 convolution of one picture `[9, 9, 4]` to as many channels, in either form. */
async function convolve(gpu: Gpu, x: Float32Array, winograd: boolean): Promise<ArrayLike<number>> {
  const packed = packConv(randomArray(4 * 4 * 9, 2), 4, 4, 3, 3);
  const data = winograd ? transformWeights(packed, 4, 4) : packed;
  const weight = gpu.createTensor([data.length], 'f32', 'weight', data);
  const rec = new Recorder(gpu, 'one picture');
  const input = rec.input('x', [1, SIDE, SIDE, 4], 'f32');
  rec.output('out', conv2d(rec, input, { weight, winograd, inChannels: 4, outChannels: 4, kernel: [3, 3] }));
  using program = await rec.finish();
  program.write('x', x);
  await program.run();
  const out = await program.read('out');
  gpu.destroyBuffer(weight.buffer);
  return out;
}

for (const value of [NaN, Infinity]) {
  gpuTest(
    `conv2d: ${value} reaches every output that it is summed into, Winograd's tiles whole`,
    async (gpu) => {
      const at = { y: 4, x: 5 };
      const clean = randomArray(SIDE * SIDE * 4, 1);
      const dirty = clean.slice();
      dirty[(at.y * SIDE + at.x) * 4] = value;
      for (const winograd of [false, true]) {
        const want = await convolve(gpu, clean, winograd);
        const got = await convolve(gpu, dirty, winograd);
        for (let i = 0; i < got.length; i++) {
          const y = Math.floor(i / 4 / SIDE);
          const x = Math.floor(i / 4) % SIDE;
          const summed = Math.abs(y - at.y) <= 1 && Math.abs(x - at.x) <= 1;
          // The patch of a tile begins a pixel before it and is four wide.
          const [down, across] = [at.y - (y & ~1), at.x - (x & ~1)];
          const inPatch = down >= -1 && down <= 2 && across >= -1 && across <= 2;
          const where = `${winograd ? 'Winograd' : 'direct'} at ${y}, ${x}`;
          if (summed) expect(Number.isFinite(got[i]), where).toBe(false);
          else if (!winograd || !inPatch) expect(got[i], where).toBe(want[i]);
        }
      }
    },
  );
}

gpuTest('conv2d: refuses what neither form does, by name', (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  const x = rec.input('x', [2, 4, 4, 4], 'f32');
  const weight = rec.input('weight', [16, 4, 4], 'f32');
  const conv = { weight, winograd: true, inChannels: 4, outChannels: 4, kernel: [3, 3] } as const;
  conv2d(rec, x, conv);
  expect(() => conv2d(rec, x, conv, { stride: 2 })).toThrow(/Winograd's weights are for 3x3 with stride 1/);
  expect(() => conv2d(rec, x, { ...conv, winograd: false })).toThrow(/expected weights of 144 elements/);
  expect(() => conv2d(rec, x, { ...conv, kernel: [3, 1] })).toThrow(/got 3x1/);
  expect(() => conv2d(rec, x, conv, { residual: weight })).toThrow(/expected a residual of 128 elements/);
  const none = rec.input('none', [0, 4, 4, 4], 'f32');
  for (const form of [conv, { ...conv, winograd: false }]) {
    expect(() => conv2d(rec, none, form)).toThrow(/nothing to do/);
  }
  expect(() => transformWeights(new Float32Array(16), 1, 1)).toThrow(/expected 9 values/);
  return Promise.resolve();
});

gpuTest("conv2d: weights are Winograd's where arithmetic is dear", (gpu) => {
  const conv = { kernel: [3, 3], stride: 1, inChannels: 64, outChannels: 64 } as const;
  const on = (variants: Gpu['variants'], precision: Gpu['precision'] = 'f32') =>
    Object.create(gpu, { variants: { value: variants }, precision: { value: precision } }) as Gpu;
  expect(prefersWinograd(on('software'), conv)).toBe(true);
  expect(prefersWinograd(on('software', 'f16'), conv)).toBe(false);
  expect(prefersWinograd(on('hardware'), conv)).toBe(false);
  expect(prefersWinograd(on('hardware'), { ...conv, inChannels: 320, outChannels: 320 })).toBe(true);
  expect(prefersWinograd(on('software'), { ...conv, stride: 2 })).toBe(false);
  expect(prefersWinograd(on('software'), { ...conv, kernel: [1, 1] })).toBe(false);
  expect(prefersWinograd(on('software'), { ...conv, outChannels: 3 })).toBe(false);
  return Promise.resolve();
});
