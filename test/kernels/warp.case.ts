import { warp } from '../../src/kernels/warp.ts';
import { randomArray } from '../random.ts';
import type { KernelCase } from './run-case.ts';
import { fillImage, pixels } from './image.ts';

/** out(at) = x(at + flow(at)), bilinear; flows point up to six pixels away, beyond the edges too. */
export const warpCase: KernelCase = {
  op: 'warp',
  variants: ['plain'],
  shapes: [
    { n: 1, h: 1, w: 1, c: 1 },
    { n: 2, h: 3, w: 1, c: 3 },
    { n: 3, h: 7, w: 13, c: 4 },
    { n: 2, h: 61, w: 31, c: 1 },
  ],
  inputs: ({ n = 0, h = 0, w = 0, c = 0 }) => ({
    x: { shape: [n, h, w, c], data: randomArray(n * h * w * c, 1) },
    // Multiples of 1/16: positions are exact, so both sides floor alike.
    flow: {
      shape: [n, h, w, 2],
      data: randomArray(2 * n * h * w, 2).map((value) => Math.round(96 * value) / 16),
      dtype: 'f32',
    },
  }),
  record: (rec, _shape, _variant, { x, flow }) => warp(rec, x!, flow!),
  reference({ n = 0, h = 0, w = 0, c = 0 }, { x, flow }) {
    const source = pixels(x!, h, w, c);
    const motion = pixels(flow!, h, w, 2);
    return fillImage([n, h, w, c], (image, row, col, ch) => {
      const across = Math.min(Math.max(col + motion(image, row, col, 0), 0), w - 1);
      const down = Math.min(Math.max(row + motion(image, row, col, 1), 0), h - 1);
      const [left, top] = [Math.floor(across), Math.floor(down)];
      const line = (at: number) =>
        (left + 1 - across) * source(image, at, left, ch) + (across - left) * source(image, at, left + 1, ch);
      return (top + 1 - down) * line(top) + (down - top) * line(top + 1);
    });
  },
  flops: ({ n = 0, h = 0, w = 0, c = 0 }) => 8 * n * h * w * c,
  bytes: ({ n = 0, h = 0, w = 0, c = 0 }, size) => n * h * w * (2 * size * c + 8),
  rtol: 1e-6,
  atol: 1e-6,
};
