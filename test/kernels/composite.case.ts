import { composite, compositeInto } from '../../src/kernels/composite.ts';
import { randomArray } from '../random.ts';
import type { KernelCase } from './run-case.ts';

/** out = bottom + mask (top - bottom) a pixel, plain and over the top itself; the bottom is f32. */
export const compositeCase: KernelCase = {
  op: 'composite',
  variants: ['plain', 'in-place'],
  shapes: [
    { n: 1, h: 1, w: 1, c: 1 },
    { n: 1, h: 3, w: 1, c: 3 },
    { n: 2, h: 7, w: 13, c: 4 },
    { n: 3, h: 5, w: 11, c: 5 },
    { n: 8, h: 16, w: 16, c: 24 },
  ],
  inputs: ({ n = 0, h = 0, w = 0, c = 0 }) => ({
    top: { shape: [n, h, w, c], data: randomArray(n * h * w * c, 1) },
    bottom: { shape: [n, h, w, c], data: randomArray(n * h * w * c, 2), dtype: 'f32' },
    mask: { shape: [n, h, w, 1], data: randomArray(n * h * w, 3).map((value) => 0.5 * value + 0.5) },
  }),
  record(rec, _shape, variant, { top, bottom, mask }) {
    if (variant === 'plain') return composite(rec, top!, bottom!, mask!);
    compositeInto(rec, top!, bottom!, mask!);
    return top!;
  },
  reference: ({ c = 0 }, { top, bottom, mask }) =>
    Float32Array.from(top!, (over, i) => {
      const share = mask![Math.floor(i / c)]!;
      return bottom![i]! + share * (over - bottom![i]!);
    }),
  flops: ({ n = 0, h = 0, w = 0, c = 0 }) => 4 * n * h * w * c,
  bytes: ({ n = 0, h = 0, w = 0, c = 0 }, size) => n * h * w * (size * (2 * c + 1) + 4 * c),
  rtol: 1e-6,
  atol: 1e-6,
};
