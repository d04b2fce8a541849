import { concat, slice } from '../../src/kernels/copy.ts';
import { randomArray } from '../random.ts';
import type { KernelCase } from './run-case.ts';

/** `[outer, a, inner]` beside `[outer, b, inner]` (and the first once more if `three`), along the middle axis. */
export const concatCase: KernelCase = {
  op: 'concat',
  variants: ['plain'],
  shapes: [
    { outer: 1, a: 1, b: 1, inner: 1, three: 0 },
    { outer: 3, a: 5, b: 3, inner: 7, three: 1 },
    { outer: 65, a: 24, b: 28, inner: 1, three: 0 },
    { outer: 63, a: 24, b: 3, inner: 1, three: 0 },
    { outer: 1, a: 3, b: 2, inner: 64, three: 1 },
  ],
  inputs: ({ outer = 0, a = 0, b = 0, inner = 0 }) => ({
    x: { shape: [outer, a, inner], data: randomArray(outer * a * inner, 1) },
    y: { shape: [outer, b, inner], data: randomArray(outer * b * inner, 2), dtype: 'f32' },
  }),
  record: (rec, { three = 0 }, _variant, { x, y }) => concat(rec, three ? [x!, y!, x!] : [x!, y!], 1),
  reference({ outer = 0, a = 0, b = 0, inner = 0, three = 0 }, { x, y }) {
    const out: number[] = [];
    for (let o = 0; o < outer; o++) {
      const first = x!.subarray(o * a * inner, (o + 1) * a * inner);
      out.push(...first, ...y!.subarray(o * b * inner, (o + 1) * b * inner), ...(three ? first : []));
    }
    return Float32Array.from(out);
  },
  flops: () => 0,
  bytes: ({ outer = 0, a = 0, b = 0, inner = 0, three = 0 }, size) =>
    outer * inner * (size * (2 * a + b + three * a) + 4 * b),
  rtol: 0,
  atol: 0,
};

/** `[n, m, a, inner]` beside `[ny, my, 1, inner]`, whose sides are those or 1 and then repeated, along axis 2. */
export const concatRepeatedCase: KernelCase = {
  op: 'concat_repeated',
  variants: ['plain'],
  shapes: [
    { n: 3, m: 1, a: 5, ny: 1, my: 1, inner: 7 },
    { n: 3, m: 5, a: 1, ny: 3, my: 1, inner: 1 },
    { n: 2, m: 17, a: 2, ny: 1, my: 1, inner: 64 },
    { n: 2, m: 17, a: 1, ny: 2, my: 1, inner: 61 },
  ],
  inputs: ({ n = 0, m = 0, a = 0, ny = 0, my = 0, inner = 0 }) => ({
    x: { shape: [n, m, a, inner], data: randomArray(n * m * a * inner, 1) },
    y: { shape: [ny, my, 1, inner], data: randomArray(ny * my * inner, 2) },
  }),
  record: (rec, _shape, _variant, { x, y }) => concat(rec, [y!, x!], 2),
  reference({ n = 0, m = 0, a = 0, ny = 0, my = 0, inner = 0 }, { x, y }) {
    const out: number[] = [];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        const row = Math.min(i, ny - 1) * my + Math.min(j, my - 1);
        out.push(...y!.subarray(row * inner, (row + 1) * inner));
        out.push(...x!.subarray((i * m + j) * a * inner, (i * m + j + 1) * a * inner));
      }
    }
    return Float32Array.from(out);
  },
  flops: () => 0,
  bytes: ({ n = 0, m = 0, a = 0, ny = 0, my = 0, inner = 0 }, size) =>
    size * inner * (n * m * (2 * a + 1) + ny * my),
  rtol: 0,
  atol: 0,
};

/** `x[:, start : start + length, :]` */
export const sliceCase: KernelCase = {
  op: 'slice',
  variants: ['plain'],
  shapes: [
    { outer: 1, side: 1, inner: 1, start: 0, length: 1 },
    { outer: 3, side: 7, inner: 5, start: 2, length: 3 },
    { outer: 65, side: 48, inner: 1, start: 24, length: 24 },
    { outer: 2, side: 17, inner: 64, start: 16, length: 1 },
  ],
  inputs: ({ outer = 0, side = 0, inner = 0 }) => ({
    x: { shape: [outer, side, inner], data: randomArray(outer * side * inner, 1) },
  }),
  record: (rec, { start = 0, length = 0 }, _variant, { x }) => slice(rec, x!, 1, start, length),
  reference({ outer = 0, side = 0, inner = 0, start = 0, length = 0 }, { x }) {
    return Float32Array.from({ length: outer * length * inner }, (_, i) => {
      const o = Math.floor(i / (length * inner));
      return x![(o * side + start) * inner + (i % (length * inner))]!;
    });
  },
  flops: () => 0,
  bytes: ({ outer = 0, inner = 0, length = 0 }, size) => 2 * size * outer * length * inner,
  rtol: 0,
  atol: 0,
};
