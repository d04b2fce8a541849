import { blockMatch } from '../../src/kernels/block_match.ts';
import { uniform } from '../random.ts';
import type { KernelCase } from './run-case.ts';
import { fillImage, pixels } from './image.ts';

const PULL = 2 ** -9;

/** Sixteenths: every sum of squares is exact in f32 and f16 storage, so that both sides choose alike. */
function sixteenths(count: number, seed: number): Float32Array<ArrayBuffer> {
  const next = uniform(seed);
  return Float32Array.from({ length: count }, () => Math.floor(17 * next()) / 16);
}

/** Tries every candidate in the kernel's order; the first of equals wins. Variants: with guesses and fractions, or plain. */
export const blockMatchCase: KernelCase = {
  op: 'block_match',
  variants: ['plain', 'guessed', 'subpixel'],
  shapes: [
    { n: 1, h: 1, w: 1, c: 1 },
    { n: 2, h: 3, w: 1, c: 3 },
    { n: 2, h: 7, w: 13, c: 3 },
    { n: 1, h: 31, w: 17, c: 1 },
  ],
  inputs({ n = 0, h = 0, w = 0, c = 0 }) {
    const guesses = 2 * n * Math.ceil(h / 2) * Math.ceil(w / 2);
    const next = uniform(3);
    return {
      to: { shape: [n, h, w, c], data: sixteenths(n * h * w * c, 1) },
      from: { shape: [n, h, w, c], data: sixteenths(n * h * w * c, 2) },
      guess: {
        shape: [n, Math.ceil(h / 2), Math.ceil(w / 2), 2],
        data: Float32Array.from({ length: guesses }, () => Math.floor(13 * next()) / 4 - 1.5),
        dtype: 'f32',
      },
    };
  },
  record: (rec, _shape, variant, { to, from, guess }) =>
    blockMatch(rec, to!, from!, {
      guess: variant === 'plain' ? undefined : guess,
      reach: variant === 'plain' ? 2 : 1,
      pull: PULL,
      subpixel: variant === 'subpixel',
    }),
  reference({ n = 0, h = 0, w = 0, c = 0 }, { to, from, guess }, variant) {
    const target = pixels(to!, h, w, c);
    const source = pixels(from!, h, w, c);
    const coarse = pixels(guess!, Math.ceil(h / 2), Math.ceil(w / 2), 2);
    const difference = (image: number, row: number, col: number, [right, down]: readonly number[]) => {
      let sum = 0;
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) {
          for (let ch = 0; ch < c; ch++) {
            const there = source(image, row + down! + dy, col + right! + dx, ch);
            sum += (target(image, row + dy, col + dx, ch) - there) ** 2;
          }
        }
      }
      return sum;
    };
    const found = (image: number, row: number, col: number): number[] => {
      const around = [
        [0, 0],
        [-1, 0],
        [1, 0],
        [0, -1],
        [0, 1],
      ];
      const guesses =
        variant === 'plain'
          ? [[0, 0]]
          : around.map(([dx, dy]) =>
              [0, 1].map((side) =>
                Math.floor(
                  2 * coarse(image, Math.floor(row / 2) + dy!, Math.floor(col / 2) + dx!, side) + 0.5,
                ),
              ),
            );
      const first = guesses[0]!;
      const cost = (by: readonly number[]) =>
        difference(image, row, col, by) + PULL * ((by[0]! - first[0]!) ** 2 + (by[1]! - first[1]!) ** 2);
      const cheapest = (list: readonly (readonly number[])[]) =>
        list.reduce((best, by) => (cost(by) < cost(best) ? by : best));
      const start = cheapest(guesses);
      const reach = variant === 'plain' ? 2 : 1;
      const near = [start];
      for (let dy = -reach; dy <= reach; dy++) {
        for (let dx = -reach; dx <= reach; dx++) near.push([start[0]! + dx, start[1]! + dy]);
      }
      const [right = 0, down = 0] = cheapest(near);
      if (variant !== 'subpixel') return [right, down];
      const here = difference(image, row, col, [right, down]);
      const lowest = (before: number, after: number) => {
        const bend = before - 2 * here + after;
        return bend > 0 ? Math.min(Math.max((0.5 * (before - after)) / bend, -0.5), 0.5) : 0;
      };
      const at = (dx: number, dy: number) => difference(image, row, col, [right + dx, down + dy]);
      return [right + lowest(at(-1, 0), at(1, 0)), down + lowest(at(0, -1), at(0, 1))];
    };
    return fillImage([n, h, w, 2], (image, row, col, side) => found(image, row, col)[side]!);
  },
  flops: ({ n = 0, h = 0, w = 0, c = 0 }) => 3 * 25 * 25 * n * h * w * c,
  bytes: ({ n = 0, h = 0, w = 0, c = 0 }, size) =>
    n * (2 * size * h * w * c + 8 * Math.ceil(h / 2) * Math.ceil(w / 2) + 8 * h * w),
  rtol: 1e-5,
  atol: 1e-5,
};
