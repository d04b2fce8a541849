import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { yuvToRgb, type YuvToRgbOptions } from '../../src/kernels/yuv_to_rgb.ts';
import { expectClose } from '../compare.ts';
import { gpuTest } from '../gpu.ts';
import { sweep } from './case.ts';
import { yuvToRgbCase } from './yuv_to_rgb.case.ts';

sweep(yuvToRgbCase);

const LIMITED: YuvToRgbOptions = { format: 'I444', width: 4, height: 1, matrix: 'bt709', fullRange: false };

gpuTest('yuv_to_rgb: black, white, red and blue of BT.709 limited', async (gpu) => {
  // The 8-bit code values of EBU Tech 3320's 100 % primaries.
  const [luma, cb, cr] = [
    [16, 235, 63, 32],
    [128, 128, 102, 240],
    [128, 128, 240, 118],
  ];
  const rec = new Recorder(gpu, 'primaries');
  rec.output('rgb', yuvToRgb(rec, rec.input('bytes', [3], 'u32'), LIMITED));
  using program = await rec.finish();
  program.write('bytes', new Uint32Array(Uint8Array.of(...luma, ...cb, ...cr).buffer));
  await program.run();
  const want = [0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1];
  expectClose(await program.read('rgb'), want, { atol: 1 / 200, rtol: 0, label: 'primaries' });
});

gpuTest('yuv_to_rgb: rotation turns the picture clockwise, flip mirrors it afterwards', async (gpu) => {
  const rec = new Recorder(gpu, 'orientation');
  const bytes = rec.input('bytes', [5], 'u32');
  const size = { ...LIMITED, fullRange: true, width: 3, height: 2 };
  rec.output('turned', yuvToRgb(rec, bytes, { ...size, orientation: { rotation: 90, flip: false } }));
  rec.output('mirrored', yuvToRgb(rec, bytes, { ...size, orientation: { rotation: 90, flip: true } }));
  using program = await rec.finish();
  const grey = Uint8Array.of(1, 2, 3, 4, 5, 6, ...new Array<number>(14).fill(128));
  program.write('bytes', new Uint32Array(grey.buffer));
  await program.run();
  const levels = async (name: string) =>
    [...(await program.read(name))].filter((_, i) => i % 3 === 0).map((value) => Math.round(value * 255));
  expect(await levels('turned')).toEqual([4, 1, 5, 2, 6, 3]);
  expect(await levels('mirrored')).toEqual([1, 4, 2, 5, 3, 6]);
});

gpuTest('yuv_to_rgb refuses planes that are missing, too narrow or beyond the bytes', async (gpu) => {
  const rec = new Recorder(gpu, 'refused');
  const bytes = rec.input('bytes', [6], 'u32');
  const size = { ...LIMITED, format: 'I420', width: 4, height: 4 } as const;
  const plane = { offset: 0, stride: 4 };
  expect(() => yuvToRgb(rec, bytes, { ...size, width: 0 })).toThrow('whole width and height from 1');
  expect(() => yuvToRgb(rec, bytes, { ...size, width: 6 })).toThrow(
    'expected 9 u32 words for I420 of 6 x 4, got 6',
  );
  expect(() => yuvToRgb(rec, bytes, { ...size, planes: [plane] })).toThrow('I420 has 3 planes, got 1');
  expect(() => yuvToRgb(rec, bytes, { ...size, planes: [{ offset: 0, stride: 3 }, plane, plane] })).toThrow(
    'plane 0 has rows of 4 bytes, its stride is 3',
  );
  return Promise.resolve();
});
