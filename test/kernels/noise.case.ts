import { noise } from '../../src/kernels/noise.ts';
import { gaussianNoise } from '../../src/sampler/noise.ts';
import type { KernelCase } from './run-case.ts';

/** Seed beyond 32 bits, so that both words count. */
const SEED = 0x1_2345_6789n;
const [LOW, HIGH] = [Number(SEED & 0xffffffffn), Number(SEED >> 32n)];

/** The twin is the sampler's own noise: every frame by its absolute index, last blocks partly inside. */
export const noiseCase: KernelCase = {
  op: 'noise',
  variants: ['plain'],
  shapes: [
    { frames: 1, h: 1, w: 1, c: 1, first: 0, stream: 0 },
    { frames: 3, h: 1, w: 3, c: 1, first: 7, stream: 1 },
    { frames: 2, h: 5, w: 7, c: 4, first: 4294967290, stream: 0 },
    { frames: 5, h: 13, w: 11, c: 3, first: 2, stream: 50 },
    { frames: 8, h: 16, w: 16, c: 24, first: 100, stream: 0 },
  ],
  inputs: ({ first = 0, stream = 0 }) => ({
    key: { shape: [4], data: Uint32Array.of(LOW, HIGH, first, stream) },
  }),
  record: (rec, { frames = 0, h = 0, w = 0, c = 0 }, _variant, { key }) =>
    noise(rec, [frames, h, w, c], key!),
  reference({ frames = 0, h = 0, w = 0, c = 0, first = 0, stream = 0 }) {
    const out = new Float32Array(frames * h * w * c);
    for (let f = 0; f < frames; f++) {
      gaussianNoise(
        { seed: SEED, frame: first + f, stream },
        out.subarray(f * h * w * c, (f + 1) * h * w * c),
      );
    }
    return out;
  },
  flops: ({ frames = 0, h = 0, w = 0, c = 0 }) => 15 * frames * h * w * c,
  bytes: ({ frames = 0, h = 0, w = 0, c = 0 }) => 16 + 4 * frames * h * w * c,
  rtol: 0,
  atol: 1e-5,
};
