import { resize, type ResizeOptions } from '../../src/kernels/resize.ts';
import { randomArray } from '../random.ts';
import type { KernelCase } from './run-case.ts';
import { fillImage, pixels } from './image.ts';

const OPTIONS: Readonly<Record<string, ResizeOptions>> = {
  nearest: { mode: 'nearest' },
  bilinear: { mode: 'bilinear' },
  'bilinear corners': { mode: 'bilinear', alignCorners: true },
  bicubic: { mode: 'bicubic' },
  'bicubic corners': { mode: 'bicubic', alignCorners: true },
  'pillow-bilinear': { mode: 'pillow-bilinear' },
  'pillow-bicubic': { mode: 'pillow-bicubic' },
  lanczos: { mode: 'lanczos' },
};

const triangle = (x: number) => Math.max(0, 1 - Math.abs(x));
const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const lanczos = (x: number) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0);
const cubic = (a: number) => (position: number) => {
  const x = Math.abs(position);
  if (x < 1) return (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1;
  return x < 2 ? a * (x ** 3 - 5 * x ** 2 + 8 * x - 4) : 0;
};

/** Weights of the input positions for one output position: `[position, weight]`, positions may lie outside. */
type Taps = (i: number) => [position: number, weight: number][];

function taps({ mode, alignCorners = false }: ResizeOptions, from: number, to: number): Taps {
  if (mode === 'nearest') return (i) => [[Math.floor((i * from) / to), 1]];
  if (mode === 'bilinear' || mode === 'bicubic') {
    const [filter, support] = mode === 'bilinear' ? [triangle, 1] : [cubic(-0.75), 2];
    return (i) => {
      const at = alignCorners ? (i * (from - 1)) / Math.max(to - 1, 1) : ((i + 0.5) * from) / to - 0.5;
      const first = Math.floor(at) - support + 1;
      return Array.from({ length: 2 * support }, (_, t) => [first + t, filter(first + t - at)]);
    };
  }
  const [filter, support] = {
    'pillow-bilinear': [triangle, 1],
    'pillow-bicubic': [cubic(-0.5), 2],
    lanczos: [lanczos, 3],
  }[mode] as [(x: number) => number, number];
  const stretch = Math.max(from / to, 1);
  return (i) => {
    const center = ((i + 0.5) * from) / to;
    const first = Math.max(0, Math.floor(center - support * stretch + 0.5));
    const last = Math.min(from, Math.floor(center + support * stretch + 0.5));
    const weights = Array.from({ length: last - first }, (_, t) =>
      filter((first + t - center + 0.5) / stretch),
    );
    const sum = weights.reduce((a, b) => a + b);
    return weights.map((weight, t) => [first + t, weight / sum]);
  };
}

/** Each variant is one mode; the twin sums taps along x, then along y. `round8` is tested against Pillow's own results. */
export const resizeCase: KernelCase = {
  op: 'resize',
  variants: Object.keys(OPTIONS),
  shapes: [
    { n: 1, h: 1, w: 1, c: 1, toH: 1, toW: 1 },
    { n: 2, h: 1, w: 3, c: 3, toH: 3, toW: 1 },
    { n: 1, h: 7, w: 11, c: 3, toH: 13, toW: 5 },
    { n: 2, h: 13, w: 5, c: 4, toH: 7, toW: 31 },
    { n: 1, h: 16, w: 16, c: 8, toH: 32, toW: 32 },
    { n: 1, h: 61, w: 97, c: 3, toH: 17, toW: 23 },
  ],
  inputs: ({ n = 0, h = 0, w = 0, c = 0 }) => ({
    x: { shape: [n, h, w, c], data: randomArray(n * h * w * c, 1).map((value) => 0.5 * value + 0.5) },
  }),
  record: (rec, { toH = 0, toW = 0 }, variant, { x }) => resize(rec, x!, [toH, toW], OPTIONS[variant]!),
  reference({ n = 0, h = 0, w = 0, c = 0, toH = 0, toW = 0 }, { x }, variant) {
    const options = OPTIONS[variant]!;
    const sum = (list: [number, number][], read: (at: number) => number) =>
      list.reduce((value, [at, weight]) => value + weight * read(at), 0);
    const across = taps(options, w, toW);
    const down = taps(options, h, toH);
    const source = pixels(x!, h, w, c);
    const rows = fillImage([n, h, toW, c], (i, y, col, ch) => sum(across(col), (at) => source(i, y, at, ch)));
    const middle = pixels(rows, h, toW, c);
    return fillImage([n, toH, toW, c], (i, y, col, ch) => sum(down(y), (at) => middle(i, at, col, ch)));
  },
  flops: ({ n = 0, c = 0, toH = 0, toW = 0 }) => 8 * n * toH * toW * c,
  bytes: ({ n = 0, h = 0, w = 0, c = 0, toH = 0, toW = 0 }, size) => size * n * c * (h * w + toH * toW),
  rtol: 2e-6,
  atol: 2e-6,
};
