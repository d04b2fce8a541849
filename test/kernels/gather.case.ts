import { gather } from '../../src/kernels/gather.ts';
import { randomArray, uniform } from '../random.ts';
import type { KernelCase } from './case.ts';

/** out[r] = table[ids[r]] + positions[r mod P] */
export const gatherCase: KernelCase = {
  op: 'gather',
  variants: ['plain'],
  shapes: [
    { rows: 1, channels: 1, vocabulary: 1, positions: 0 },
    { rows: 3, channels: 7, vocabulary: 5, positions: 2 },
    { rows: 77, channels: 32, vocabulary: 512, positions: 77 },
    { rows: 257, channels: 61, vocabulary: 97, positions: 13 },
  ],
  inputs({ rows = 0, channels = 0, vocabulary = 0, positions = 0 }) {
    const next = uniform(7);
    return {
      ids: { shape: [rows], data: Uint32Array.from({ length: rows }, () => Math.floor(next() * vocabulary)) },
      table: { shape: [vocabulary, channels], data: randomArray(vocabulary * channels, 1) },
      ...(positions > 0 && {
        positions: { shape: [positions, channels], data: randomArray(positions * channels, 2) },
      }),
    };
  },
  record: (rec, _shape, _variant, { ids, table, positions }) => gather(rec, ids!, table!, positions),
  reference({ rows = 0, channels = 0, positions: period = 0 }, { ids, table, positions }) {
    return Float32Array.from({ length: rows * channels }, (_, i) => {
      const row = Math.floor(i / channels);
      const position = positions ? positions[(row % period) * channels + (i % channels)]! : 0;
      return table![ids![row]! * channels + (i % channels)]! + position;
    });
  },
  flops: ({ rows = 0, channels = 0 }) => rows * channels,
  bytes: ({ rows = 0, channels = 0, vocabulary = 0, positions = 0 }, size) =>
    4 * rows + size * channels * (rows + Math.min(rows, vocabulary) + positions),
  rtol: 1e-6,
  atol: 1e-6,
};
