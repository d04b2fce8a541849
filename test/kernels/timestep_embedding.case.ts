import { timestepEmbedding } from '../../src/kernels/timestep_embedding.ts';
import type { KernelCase } from './run-case.ts';

/** Timesteps spread over 0..999 (or, with `fraction`, between whole numbers). */
export const timestepEmbeddingCase: KernelCase = {
  op: 'timestep_embedding',
  variants: ['plain'],
  shapes: [
    { batch: 1, dim: 2, flip: 0, shift: 0, last: 1 },
    { batch: 3, dim: 7, flip: 1, shift: 0, last: 999 },
    { batch: 2, dim: 4, flip: 1, shift: 0, last: 7 },
    { batch: 5, dim: 320, flip: 1, shift: 0, last: 999 },
    { batch: 5, dim: 64, flip: 0, shift: 1, last: 998.5 },
  ],
  inputs: ({ batch = 0, last = 0 }) => ({
    t: { shape: [batch], data: Float32Array.from({ length: batch }, (_, i) => last - 13 * i), dtype: 'f32' },
  }),
  record: (rec, { dim = 0, flip = 0, shift = 0 }, _variant, { t }) =>
    timestepEmbedding(rec, t!, dim, { flipSinToCos: flip === 1, freqShift: shift }),
  reference({ batch = 0, dim = 0, flip = 0, shift = 0 }, { t }) {
    const half = Math.floor(dim / 2);
    return Float32Array.from({ length: batch * dim }, (_, index) => {
      const column = index % dim;
      if (column === 2 * half) return 0;
      const angle = t![Math.floor(index / dim)]! * 10000 ** (-(column % half) / (half - shift));
      return column < half === (flip === 1) ? Math.cos(angle) : Math.sin(angle);
    });
  },
  flops: ({ batch = 0, dim = 0 }) => 30 * batch * dim,
  bytes: ({ batch = 0, dim = 0 }, size) => 4 * batch + size * batch * dim,
  rtol: 0,
  // Angles reach 999, where f32 is exact to 3e-5: torch's embedding is no closer.
  atol: 8e-5,
};
