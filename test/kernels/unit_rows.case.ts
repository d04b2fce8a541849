import { unitRows } from '../../src/kernels/unit_rows.ts';
import { randomArray } from '../random.ts';
import type { KernelCase } from './run-case.ts';

/** Rows of length `scale`; row 1, if there is one, is zero and stays zero. */
export const unitRowsCase: KernelCase = {
  op: 'unit_rows',
  variants: ['plain'],
  shapes: [
    { rows: 1, channels: 1, scale: 1 },
    { rows: 3, channels: 7, scale: 2 },
    { rows: 65, channels: 128, scale: 11.3137085 },
  ],
  inputs: ({ rows = 0, channels = 0 }) => ({
    x: {
      shape: [rows, channels],
      data: randomArray(rows * channels, 1).map((x, i) => (Math.floor(i / channels) === 1 ? 0 : x)),
    },
  }),
  record: (rec, { scale = 1 }, _variant, { x }) => unitRows(rec, x!, scale),
  reference({ rows = 0, channels = 0, scale = 1 }, { x }) {
    const out = new Float32Array(rows * channels);
    for (let r = 0; r < rows; r++) {
      const length = Math.hypot(...x!.subarray(r * channels, (r + 1) * channels));
      for (let i = r * channels; i < (r + 1) * channels; i++)
        out[i] = length > 0 ? (scale * x![i]!) / length : 0;
    }
    return out;
  },
  flops: ({ rows = 0, channels = 0 }) => 3 * rows * channels,
  bytes: ({ rows = 0, channels = 0 }, size) => 2 * size * rows * channels,
  rtol: 1e-5,
  atol: 1e-6,
};
