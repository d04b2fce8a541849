import { guidedApply, guidedCoefficients } from '../../src/kernels/guided_filter.ts';
import { randomArray } from '../random.ts';
import type { KernelCase } from './run-case.ts';
import { fillImage, pixels, type Pixels } from './image.ts';

const EPSILON = 0.01;
const half = (count: number, seed: number) => randomArray(count, seed).map((value) => 0.5 * value + 0.5);

/** Luma of a guide of one channel or three (Rec. 709). */
function luma(guide: Pixels, channels: number): Pixels {
  if (channels === 1) return guide;
  return (image, y, x) =>
    0.2126 * guide(image, y, x, 0) + 0.7152 * guide(image, y, x, 1) + 0.0722 * guide(image, y, x, 2);
}

/** He et al. 2010, eq. 5 and 6: a = cov(luma, x) / (var(luma) + epsilon), b = mean(x) - a mean(luma) of each window. */
export const guidedCoefficientsCase: KernelCase = {
  op: 'guided_coefficients',
  variants: ['plain'],
  shapes: [
    { n: 1, h: 1, w: 1, c: 1, g: 1, r: 1 },
    { n: 2, h: 3, w: 1, c: 3, g: 3, r: 2 },
    { n: 2, h: 7, w: 13, c: 4, g: 3, r: 1 },
    { n: 1, h: 61, w: 31, c: 3, g: 3, r: 3 },
    { n: 1, h: 31, w: 17, c: 1, g: 1, r: 4 },
  ],
  inputs: ({ n = 0, h = 0, w = 0, c = 0, g = 0 }) => ({
    x: { shape: [n, h, w, c], data: half(n * h * w * c, 1) },
    guide: { shape: [n, h, w, g], data: half(n * h * w * g, 2) },
  }),
  record: (rec, { r = 0 }, _variant, { x, guide }) =>
    guidedCoefficients(rec, x!, guide!, { radius: r, epsilon: EPSILON }),
  reference({ n = 0, h = 0, w = 0, c = 0, g = 0, r = 0 }, { x, guide }) {
    const source = pixels(x!, h, w, c);
    const light = luma(pixels(guide!, h, w, g), g);
    return fillImage([n, h, w, 2 * c], (image, row, col, both) => {
      const mean = (value: (y: number, x: number) => number) => {
        let sum = 0;
        for (let dy = -r; dy <= r; dy++) for (let dx = -r; dx <= r; dx++) sum += value(row + dy, col + dx);
        return sum / (2 * r + 1) ** 2;
      };
      const i = (y: number, at: number) => light(image, y, at, 0);
      const p = (y: number, at: number) => source(image, y, at, both % c);
      const [meanI, meanP] = [mean(i), mean(p)];
      const covariance = mean((y, at) => (i(y, at) - meanI) * (p(y, at) - meanP));
      const slope = covariance / (mean((y, at) => (i(y, at) - meanI) ** 2) + EPSILON);
      return both < c ? slope : meanP - slope * meanI;
    });
  },
  flops: ({ n = 0, h = 0, w = 0, c = 0, r = 0 }) => 6 * (2 * r + 1) ** 2 * n * h * w * c,
  bytes: ({ n = 0, h = 0, w = 0, c = 0, g = 0 }, size) => n * h * w * (size * (c + g) + 8 * c),
  rtol: 1e-5,
  atol: 1e-5,
};

/** slope · luma + offset, both read bilinearly at (pixel + 1/2) · small / full - 1/2. */
export const guidedApplyCase: KernelCase = {
  op: 'guided_apply',
  variants: ['plain'],
  shapes: [
    { n: 1, h: 1, w: 1, c: 1, g: 1, toH: 1, toW: 1 },
    { n: 2, h: 3, w: 1, c: 3, g: 3, toH: 7, toW: 5 },
    { n: 1, h: 7, w: 13, c: 1, g: 3, toH: 31, toW: 17 },
    { n: 1, h: 12, w: 20, c: 3, g: 1, toH: 61, toW: 97 },
    { n: 1, h: 9, w: 9, c: 2, g: 3, toH: 5, toW: 4 },
  ],
  inputs: ({ n = 0, h = 0, w = 0, c = 0, g = 0, toH = 0, toW = 0 }) => ({
    coefficients: { shape: [n, h, w, 2 * c], data: randomArray(2 * n * h * w * c, 1), dtype: 'f32' },
    guide: { shape: [n, toH, toW, g], data: half(n * toH * toW * g, 2) },
  }),
  record: (rec, _shape, _variant, { coefficients, guide }) => guidedApply(rec, coefficients!, guide!),
  reference({ n = 0, h = 0, w = 0, c = 0, g = 0, toH = 0, toW = 0 }, { coefficients, guide }) {
    const small = pixels(coefficients!, h, w, 2 * c);
    const light = luma(pixels(guide!, toH, toW, g), g);
    return fillImage([n, toH, toW, c], (image, row, col, ch) => {
      const y = ((row + 0.5) * h) / toH - 0.5;
      const x = ((col + 0.5) * w) / toW - 0.5;
      const [top, left] = [Math.floor(y), Math.floor(x)];
      const read = (channel: number) => {
        const line = (at: number) =>
          (left + 1 - x) * small(image, at, left, channel) + (x - left) * small(image, at, left + 1, channel);
        return (top + 1 - y) * line(top) + (y - top) * line(top + 1);
      };
      return read(ch) * light(image, row, col, 0) + read(c + ch);
    });
  },
  flops: ({ n = 0, c = 0, toH = 0, toW = 0 }) => 16 * n * toH * toW * c,
  bytes: ({ n = 0, h = 0, w = 0, c = 0, g = 0, toH = 0, toW = 0 }, size) =>
    n * (8 * h * w * c + size * toH * toW * (g + c)),
  rtol: 1e-5,
  atol: 1e-5,
};
