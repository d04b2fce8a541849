import { boxMean } from '../../src/kernels/box_mean.ts';
import { randomArray } from '../random.ts';
import type { KernelCase } from './run-case.ts';
import { fillImage, pixels } from './image.ts';

/** The mean of a square of 2r + 1 pixels a side round each pixel, edges replicated. */
export const boxMeanCase: KernelCase = {
  op: 'box_mean',
  variants: ['plain'],
  shapes: [
    { n: 1, h: 1, w: 1, c: 1, r: 1 },
    { n: 2, h: 3, w: 1, c: 3, r: 2 },
    { n: 3, h: 7, w: 13, c: 4, r: 1 },
    { n: 1, h: 5, w: 7, c: 8, r: 11 },
    { n: 2, h: 61, w: 31, c: 1, r: 7 },
  ],
  inputs: ({ n = 0, h = 0, w = 0, c = 0 }) => ({
    x: { shape: [n, h, w, c], data: randomArray(n * h * w * c, 1) },
  }),
  record: (rec, { r = 0 }, _variant, { x }) => boxMean(rec, x!, r),
  reference({ n = 0, h = 0, w = 0, c = 0, r = 0 }, { x }) {
    const source = pixels(x!, h, w, c);
    return fillImage([n, h, w, c], (image, row, col, ch) => {
      let sum = 0;
      for (let dy = -r; dy <= r; dy++) {
        for (let dx = -r; dx <= r; dx++) sum += source(image, row + dy, col + dx, ch);
      }
      return sum / (2 * r + 1) ** 2;
    });
  },
  flops: ({ n = 0, h = 0, w = 0, c = 0, r = 0 }) => 2 * (2 * r + 1) * n * h * w * c,
  bytes: ({ n = 0, h = 0, w = 0, c = 0 }, size) => 2 * size * n * h * w * c,
  rtol: 1e-5,
  atol: 1e-6,
};
