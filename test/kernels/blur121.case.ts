import { blur121 } from '../../src/kernels/blur121.ts';
import { randomArray } from '../random.ts';
import type { KernelCase } from './run-case.ts';
import { fillImage, pixels } from './image.ts';

const WEIGHTS = [0.25, 0.5, 0.25];

/** out[y, x] = sum w[dy] w[dx] in[y + dy, x + dx] with w = 1/4, 1/2, 1/4 and replicated edges. */
export const blur121Case: KernelCase = {
  op: 'blur121',
  variants: ['plain'],
  shapes: [
    { n: 1, h: 1, w: 1, c: 1 },
    { n: 2, h: 3, w: 1, c: 3 },
    { n: 3, h: 7, w: 13, c: 4 },
    { n: 2, h: 61, w: 31, c: 1 },
  ],
  inputs: ({ n = 0, h = 0, w = 0, c = 0 }) => ({
    x: { shape: [n, h, w, c], data: randomArray(n * h * w * c, 1) },
  }),
  record: (rec, _shape, _variant, { x }) => blur121(rec, x!),
  reference({ n = 0, h = 0, w = 0, c = 0 }, { x }) {
    const source = pixels(x!, h, w, c);
    return fillImage([n, h, w, c], (image, row, col, ch) => {
      let sum = 0;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          sum += WEIGHTS[dy + 1]! * WEIGHTS[dx + 1]! * source(image, row + dy, col + dx, ch);
        }
      }
      return sum;
    });
  },
  flops: ({ n = 0, h = 0, w = 0, c = 0 }) => 12 * n * h * w * c,
  bytes: ({ n = 0, h = 0, w = 0, c = 0 }, size) => 2 * size * n * h * w * c,
  rtol: 1e-6,
  atol: 1e-6,
};
