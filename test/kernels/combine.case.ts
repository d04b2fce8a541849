import type { DType } from '../../src/gpu/index.ts';
import { combine, combineInto } from '../../src/kernels/combine.ts';
import { randomArray } from '../random.ts';
import type { CaseInput, KernelCase } from './run-case.ts';

/** Some sums lie beyond it, some within. */
const LIMIT = 0.5;

/** out = sum c[t] * term_t, plain, clamped, and in place with the first term as target. Every second term is f32. */
export const combineCase: KernelCase = {
  op: 'combine',
  variants: ['plain', 'clamped', 'in-place'],
  shapes: [
    { count: 1, terms: 1 },
    { count: 3, terms: 2 },
    { count: 61, terms: 3 },
    { count: 257, terms: 6 },
    { count: 8 * 16 * 16 * 24, terms: 3 },
  ],
  inputs({ count = 0, terms = 0 }) {
    const inputs: Record<string, CaseInput> = {
      coefficients: { shape: [terms], data: randomArray(terms, 9), dtype: 'f32' },
    };
    for (let t = 0; t < terms; t++) {
      const dtype: { dtype?: DType } = t % 2 === 1 ? { dtype: 'f32' } : {};
      inputs[`term${t}`] = { shape: [count], data: randomArray(count, t), ...dtype };
    }
    return inputs;
  },
  record(rec, _shape, variant, { coefficients, ...named }) {
    const terms = Object.values(named);
    if (variant === 'plain') return combine(rec, terms, coefficients!);
    if (variant === 'clamped') return combine(rec, terms, coefficients!, { clamp: LIMIT, dtype: 'f32' });
    combineInto(rec, terms[0]!, terms.slice(1), coefficients!);
    return terms[0]!;
  },
  reference({ count = 0 }, { coefficients, ...named }, variant) {
    const terms = Object.values(named);
    return Float32Array.from({ length: count }, (_, i) => {
      const sum = terms.reduce((total, term, t) => total + coefficients![t]! * term[i]!, 0);
      return variant === 'clamped' ? Math.min(Math.max(sum, -LIMIT), LIMIT) : sum;
    });
  },
  flops: ({ count = 0, terms = 0 }) => 2 * count * terms,
  bytes: ({ count = 0, terms = 0 }, size) =>
    4 * terms + count * (size * (Math.ceil(terms / 2) + 1) + 4 * Math.floor(terms / 2)),
  rtol: 1e-6,
  atol: 1e-6,
};
