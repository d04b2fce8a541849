import { activate, add, type Activation } from '../../src/kernels/activation.ts';
import { randomArray } from '../random.ts';
import type { KernelCase } from './case.ts';

const ACTIVATIONS = ['silu', 'gelu', 'quick_gelu', 'relu'] as const;

/** The CPU twin of activation.wgsl. */
export function activationReference(x: number, activation: Activation): number {
  switch (activation) {
    case 'none':
      return x;
    case 'silu':
      return x / (1 + Math.exp(-x));
    case 'gelu':
      return 0.5 * x * (1 + erf(x / Math.SQRT2));
    case 'quick_gelu':
      return x / (1 + Math.exp(-1.702 * x));
    case 'relu':
      return Math.max(x, 0);
  }
}

// Maclaurin series of erf in f64: below 1e-12 for |x| < 4, beyond which erf is ±1 to 1.6e-8.
function erf(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 100; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** activation(x); the variants are the activations. */
export const activateCase: KernelCase = {
  op: 'activate',
  variants: ACTIVATIONS,
  shapes: [{ count: 1 }, { count: 3 }, { count: 257 }, { count: 4096 }],
  inputs: ({ count = 0 }) => ({ x: { shape: [count], data: randomArray(count, 3).map((x) => 8 * x) } }),
  record: (rec, _shape, variant, { x }) => activate(rec, x!, variant as Activation),
  reference: (_shape, { x }, variant) =>
    Float32Array.from(x!, (value) => activationReference(value, variant as Activation)),
  flops: ({ count = 0 }) => 8 * count,
  bytes: ({ count = 0 }, size) => 2 * size * count,
  rtol: 1e-5,
  atol: 2e-6,
};

/** a[i] + b[i mod period] */
export const addCase: KernelCase = {
  op: 'add',
  variants: ['plain'],
  shapes: [
    { count: 1, period: 1 },
    { count: 21, period: 7 },
    { count: 259, period: 259 },
    { count: 4096, period: 64 },
  ],
  inputs: ({ count = 0, period = 0 }) => ({
    a: { shape: [count], data: randomArray(count, 4) },
    b: { shape: [period], data: randomArray(period, 5) },
  }),
  record: (rec, _shape, _variant, { a, b }) => add(rec, a!, b!),
  reference: ({ period = 0 }, { a, b }) => Float32Array.from(a!, (value, i) => value + b![i % period]!),
  flops: ({ count = 0 }) => count,
  bytes: ({ count = 0, period = 0 }, size) => size * (2 * count + period),
  rtol: 1e-6,
  atol: 1e-6,
};
