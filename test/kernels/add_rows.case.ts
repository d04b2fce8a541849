import { addRows } from '../../src/kernels/add_rows.ts';
import { randomArray } from '../random.ts';
import type { KernelCase } from './run-case.ts';

/** out[r] = x[r] + table[⌊r / every⌋ mod period] */
export const addRowsCase: KernelCase = {
  op: 'add_rows',
  variants: ['plain'],
  shapes: [
    { rows: 1, channels: 1, period: 1, every: 1 },
    { rows: 7, channels: 3, period: 5, every: 1 },
    { rows: 130, channels: 32, period: 65, every: 1 },
    { rows: 96, channels: 12, period: 8, every: 6 },
    { rows: 31, channels: 13, period: 3, every: 7 },
  ],
  inputs: ({ rows = 0, channels = 0, period = 0 }) => ({
    x: { shape: [rows, channels], data: randomArray(rows * channels, 1) },
    table: { shape: [period, channels], data: randomArray(period * channels, 2) },
  }),
  record: (rec, { every = 1 }, _variant, { x, table }) => addRows(rec, x!, table!, { every }),
  reference({ rows = 0, channels = 0, period = 1, every = 1 }, { x, table }) {
    return Float32Array.from({ length: rows * channels }, (_, i) => {
      const row = Math.floor(Math.floor(i / channels) / every) % period;
      return x![i]! + table![row * channels + (i % channels)]!;
    });
  },
  flops: ({ rows = 0, channels = 0 }) => rows * channels,
  bytes: ({ rows = 0, channels = 0, period = 0 }, size) => size * channels * (2 * rows + period),
  rtol: 1e-6,
  atol: 1e-6,
};
