import { minMax, normaliseRange } from '../../src/kernels/min_max.ts';
import { randomArray } from '../random.ts';
import type { KernelCase } from './run-case.ts';

/** The two ends of the input, anywhere in it: one to three passes, an invocation's share ±1. */
export const minMaxCase: KernelCase = {
  op: 'min_max',
  variants: ['plain'],
  shapes: [1, 3, 127, 129, 128 * 128 + 1, 8 * 61 * 97].map((count) => ({ count })),
  inputs: ({ count = 0 }) => ({ x: { shape: [count], data: randomArray(count, count) } }),
  record: (rec, _shape, _variant, { x }) => minMax(rec, x!),
  reference: (_shape, { x }) => {
    const sorted = Float32Array.from(x!).sort();
    return Float32Array.of(sorted[0]!, sorted.at(-1)!);
  },
  flops: ({ count = 0 }) => 2 * count,
  bytes: ({ count = 0 }, size) => size * count + 8,
  rtol: 0,
  atol: 0,
};

/** (x - min) / (max - min + 1e-6) with a range that is not x's own. */
export const normaliseRangeCase: KernelCase = {
  op: 'normalise_range',
  variants: ['plain'],
  shapes: [1, 3, 61, 8 * 31 * 97].map((count) => ({ count })),
  inputs: ({ count = 0 }) => ({
    x: { shape: [count], data: randomArray(count, 3) },
    range: { shape: [2], data: Float32Array.of(-1.5, 0.75), dtype: 'f32' },
  }),
  record: (rec, _shape, _variant, { x, range }) => normaliseRange(rec, x!, range!),
  reference: (_shape, { x, range }) =>
    Float32Array.from(x!, (value) => (value - range![0]!) / (range![1]! - range![0]! + 1e-6)),
  flops: ({ count = 0 }) => 2 * count,
  bytes: ({ count = 0 }, size) => 2 * size * count + 8,
  rtol: 1e-6,
  atol: 1e-6,
};
