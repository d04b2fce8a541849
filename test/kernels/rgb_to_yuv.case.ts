import { rgbToYuv } from '../../src/kernels/rgb_to_yuv.ts';
import { yuvToRgb } from '../../src/kernels/yuv_to_rgb.ts';
import type { YuvEncoding } from '../../src/kernels/yuv.ts';
import { uniform } from '../random.ts';
import { pixels } from './image.ts';
import type { KernelCase } from './run-case.ts';
import { yuvToRgbCase } from './yuv_to_rgb.case.ts';

const KR = 0.2126;
const KB = 0.0722;
const ENCODING: YuvEncoding = { matrix: 'bt709', fullRange: true };

/**
 * The code values of one RGB image as I420, in double precision: luma a pixel, chroma of the pixels' mean, 1-2-1 around the even
 * column and over two rows. Not yet rounded, so that a test can allow either side of a tie.
 */
export function i420(
  rgb: ArrayLike<number>,
  width: number,
  height: number,
  { kr, kb, fullRange }: { kr: number; kb: number; fullRange: boolean },
): number[] {
  const source = pixels(rgb, height, width, 3);
  const [half, rows] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const clamped = (y: number, x: number) =>
    [0, 1, 2].map((c) => Math.min(Math.max(source(0, y, x, c), 0), 1));
  const luma = ([r = 0, g = 0, b = 0]: number[]) => kr * r + (1 - kr - kb) * g + kb * b;
  const mean = (y: number, x: number) =>
    [0, 1, 2].map((c) => {
      let sum = 0;
      for (let dy = 0; dy < 2; dy++) {
        for (const [dx, weight] of [
          [-1, 0.125],
          [0, 0.25],
          [1, 0.125],
        ] as const) {
          sum += weight * clamped(y + dy, x + dx)[c]!;
        }
      }
      return sum;
    });
  const bytes = Array.from({ length: width * height }, (_, i) => {
    const y = luma(clamped(Math.floor(i / width), i % width));
    return fullRange ? 255 * y : 16 + 219 * y;
  });
  for (const [channel, k] of [
    [2, kb],
    [0, kr],
  ] as const) {
    for (let i = 0; i < half * rows; i++) {
      const color = mean(2 * Math.floor(i / half), 2 * (i % half));
      bytes.push(128 + ((fullRange ? 255 : 224) * (color[channel]! - luma(color))) / (2 * (1 - k)));
    }
  }
  return bytes;
}

/**
 * Through I420 and back. The image is made so that every byte before rounding is a whole number: luma is, and chroma
 * deviates from 128 by multiples of 8, whose means with weights in eighths are whole. So every adapter and storage
 * type must give the very bytes, and the tolerance is that of the way back. Rounding has its own test.
 */
export const rgbToYuvCase: KernelCase = {
  op: 'rgb_to_yuv',
  variants: ['plain'],
  shapes: [
    { w: 1, h: 1 },
    { w: 3, h: 2 },
    { w: 5, h: 7 },
    { w: 16, h: 8 },
    { w: 61, h: 97 },
  ],
  inputs({ w = 0, h = 0 }) {
    const next = uniform(3);
    const whole = (from: number, count: number, step: number) => from + step * Math.floor(next() * count);
    const data = new Float32Array(3 * w * h);
    for (let i = 0; i < w * h; i++) {
      const y = whole(100, 50, 1) / 255;
      const red = y + (2 * (1 - KR) * whole(-24, 7, 8)) / 255;
      const blue = y + (2 * (1 - KB) * whole(-24, 7, 8)) / 255;
      data.set([red, (y - KR * red - KB * blue) / (1 - KR - KB), blue], 3 * i);
    }
    return { rgb: { shape: [1, h, w, 3], data } };
  },
  record: (rec, { w = 0, h = 0 }, _variant, { rgb }) =>
    yuvToRgb(rec, rgbToYuv(rec, rgb!, ENCODING), { ...ENCODING, format: 'I420', width: w, height: h }),
  reference({ w = 0, h = 0 }, { rgb }) {
    const bytes = Uint8Array.from(
      i420(rgb!, w, h, { kr: KR, kb: KB, fullRange: true }),
      (value) => value + 0.5,
    );
    const words = new Uint32Array(Math.ceil(bytes.length / 4));
    new Uint8Array(words.buffer).set(bytes);
    return yuvToRgbCase.reference({ w, h }, { bytes: words }, 'I420 bt709 full');
  },
  flops: ({ w = 0, h = 0 }) => 30 * w * h,
  bytes: ({ w = 0, h = 0 }, size) => 6 * size * w * h,
  rtol: 0,
  atol: 2e-6,
};
