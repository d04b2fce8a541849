import { expect } from 'vitest';
import { Recorder, type Gpu } from '../../src/gpu/index.ts';
import { i420Bytes, rgbToYuv } from '../../src/kernels/rgb_to_yuv.ts';
import { gpuTest } from '../gpu.ts';
import { randomArray } from '../random.ts';
import { sweep } from './case.ts';
import { i420, rgbToYuvCase } from './rgb_to_yuv.case.ts';

sweep(rgbToYuvCase);

/** I420 bytes, BT.709 limited, of images in one array. */
async function bytesOf(gpu: Gpu, shape: readonly number[], rgb: ArrayLike<number>): Promise<Uint8Array> {
  const rec = new Recorder(gpu, 'to yuv');
  rec.output('bytes', rgbToYuv(rec, rec.input('rgb', shape, 'f32')));
  using program = await rec.finish();
  program.write('rgb', rgb);
  await program.run();
  const words = (await program.read('bytes')) as Uint32Array;
  const [images = 0, height = 0, width = 0] = shape;
  return new Uint8Array(words.buffer, 0, images * i420Bytes(width, height));
}

gpuTest('rgb_to_yuv: bytes are the nearest, for several odd images, beyond 0..1 too', async (gpu) => {
  const [images, height, width] = [3, 13, 11];
  const rgb = randomArray(images * height * width * 3, 8).map((value) => 0.5 + 0.7 * value);
  const got = await bytesOf(gpu, [images, height, width, 3], rgb);
  const size = height * width * 3;
  const want = Array.from({ length: images }, (_, n) =>
    i420(rgb.subarray(n * size, (n + 1) * size), width, height, { kr: 0.2126, kb: 0.0722, fullRange: false }),
  ).flat();
  expect(got.length).toBe(want.length);
  // Half a step, and what f32 may add to it next to a tie.
  const worst = want.reduce((most, value, i) => Math.max(most, Math.abs(got[i]! - value)), 0);
  expect(worst).toBeLessThanOrEqual(0.5 + 1e-4);
});

gpuTest('rgb_to_yuv: BT.709 limited code values of black, white, red and blue', async (gpu) => {
  const colors = [
    [
      [0, 0, 0],
      [16, 128, 128],
    ],
    [
      [1, 1, 1],
      [235, 128, 128],
    ],
    [
      [1, 0, 0],
      [63, 102, 240],
    ],
    [
      [0, 0, 1],
      [32, 240, 118],
    ],
  ] as const;
  for (const [rgb, [y, u, v]] of colors) {
    const bytes = await bytesOf(gpu, [1, 2, 2, 3], [rgb, rgb, rgb, rgb].flat());
    expect([...bytes]).toEqual([y, y, y, y, u, v]);
  }
});

gpuTest('rgb_to_yuv refuses other shapes', async (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  expect(() => rgbToYuv(rec, rec.input('rgba', [1, 2, 2, 4], 'f32'))).toThrow('expected images [N, h, w, 3]');
  expect(() => rgbToYuv(rec, rec.input('rows', [4, 3], 'f32'))).toThrow('got [4, 3]');
  return Promise.resolve();
});
