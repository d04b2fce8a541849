import { normaliseChannels } from '../../src/kernels/normalise_channels.ts';
import { randomArray } from '../random.ts';
import type { KernelCase } from './run-case.ts';
import { fillImage, pixels } from './image.ts';

const MEAN = [0.48145466, 0.4578275, 0.40821073, 0];
const STD = [0.26862954, 0.26130258, 0.27577711, 1];

/** (x - mean[c]) / std[c] of the middle h x w pixels; odd margins leave one more pixel at the right and bottom. */
export const normaliseChannelsCase: KernelCase = {
  op: 'normalise_channels',
  variants: ['plain'],
  shapes: [
    { n: 1, fromH: 1, fromW: 1, c: 1, h: 1, w: 1 },
    { n: 2, fromH: 3, fromW: 5, c: 3, h: 3, w: 5 },
    { n: 1, fromH: 6, fromW: 11, c: 4, h: 5, w: 4 },
    { n: 3, fromH: 61, fromW: 97, c: 3, h: 31, w: 64 },
  ],
  inputs: ({ n = 0, fromH = 0, fromW = 0, c = 0 }) => ({
    x: { shape: [n, fromH, fromW, c], data: randomArray(n * fromH * fromW * c, 1) },
  }),
  record: (rec, { c = 0, h = 0, w = 0 }, _variant, { x }) =>
    normaliseChannels(rec, x!, MEAN.slice(0, c), STD.slice(0, c), { centerCrop: [h, w] }),
  reference({ n = 0, fromH = 0, fromW = 0, c = 0, h = 0, w = 0 }, { x }) {
    const source = pixels(x!, fromH, fromW, c);
    const [top, left] = [Math.floor((fromH - h) / 2), Math.floor((fromW - w) / 2)];
    return fillImage(
      [n, h, w, c],
      (image, row, col, ch) => (source(image, top + row, left + col, ch) - MEAN[ch]!) / STD[ch]!,
    );
  },
  flops: ({ n = 0, h = 0, w = 0, c = 0 }) => 2 * n * h * w * c,
  bytes: ({ n = 0, h = 0, w = 0, c = 0 }, size) => 2 * size * n * h * w * c,
  rtol: 1e-6,
  atol: 1e-6,
};
