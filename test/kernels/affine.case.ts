import { affine } from '../../src/kernels/affine.ts';
import { randomArray } from '../random.ts';
import type { KernelCase } from './case.ts';

const OPTIONS = { scale: -1.5, shift: 0.25, min: -1, max: 1.25 };

/** out = min(max(-1.5 x + 0.25, -1), 1.25); NaN stays NaN */
export const affineCase: KernelCase = {
  op: 'affine',
  variants: ['plain'],
  shapes: [{ count: 1 }, { count: 3 }, { count: 255 }, { count: 257 }, { count: 10007 }],
  inputs: ({ count = 0 }) => ({ x: { shape: [count], data: randomArray(count, 11) } }),
  record: (rec, _shape, _variant, { x }) => affine(rec, x!, OPTIONS),
  reference: (_shape, { x }) =>
    Float32Array.from(x!, (value) =>
      Math.min(Math.max(value * OPTIONS.scale + OPTIONS.shift, OPTIONS.min), OPTIONS.max),
    ),
  flops: ({ count = 0 }) => 4 * count,
  bytes: ({ count = 0 }, size) => 2 * size * count,
  rtol: 1e-6,
  atol: 1e-6,
};
