import { describe, expect, test } from 'vitest';
import { gaussianNoise, philox4x32, seedWords } from '../../src/sampler/index.ts';

describe("Random123's known answers for philox4x32-10", () => {
  const ones = 0xffffffff;
  test.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [ones, ones, ones, ones],
      [ones, ones],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as const)('%j', (counter, key, want) => {
    expect(philox4x32(counter, key)).toEqual(want);
  });
});

test('seeds become two words', () => {
  expect(seedWords(7)).toEqual([7, 0]);
  expect(seedWords(2 ** 53 - 1)).toEqual([0xffffffff, 0x1fffff]);
  expect(seedWords((1n << 64n) - 1n)).toEqual([0xffffffff, 0xffffffff]);
  for (const seed of [-1, 1.5, NaN, 2 ** 53, -1n, 1n << 64n])
    expect(() => seedWords(seed)).toThrow(/seed is/);
});

test('element order: pairs of words, four elements a block', () => {
  const out = gaussianNoise({ seed: 5n + (9n << 32n), frame: 3, stream: 2 }, new Float64Array(6));
  const [a, b, c, d] = philox4x32([0, 3, 2, 0], [5, 9]);
  const [e, f] = philox4x32([1, 3, 2, 0], [5, 9]);
  const pair = (r: number, s: number) => {
    const radius = Math.sqrt(-2 * Math.log(((r >>> 8) + 1) / 2 ** 24));
    const angle = (2 * Math.PI * (s >>> 8)) / 2 ** 24;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  };
  expect([...out]).toEqual([...pair(a, b), ...pair(c, d), ...pair(e, f)]);
});

test('a shorter frame is the beginning of a longer one, whatever the length', () => {
  const long = gaussianNoise({ seed: 1, frame: 4 }, new Float32Array(103));
  for (const length of [0, 1, 2, 3, 4, 5, 101]) {
    expect(gaussianNoise({ seed: 1, frame: 4 }, new Float32Array(length))).toEqual(long.subarray(0, length));
  }
});

test('frames, streams and seeds differ', () => {
  const base = gaussianNoise({ seed: 1, frame: 4 }, new Float32Array(8));
  for (const key of [
    { seed: 2, frame: 4 },
    { seed: 1, frame: 5 },
    { seed: 1, frame: 4, stream: 1 },
  ]) {
    expect(gaussianNoise(key, new Float32Array(8))).not.toEqual(base);
  }
});

test('statistics: moments, tails, and no correlation of neighbours or frames', () => {
  const count = 200_000;
  const [x, y] = [0, 1].map((frame) => gaussianNoise({ seed: 42, frame }, new Float64Array(count))) as [
    Float64Array,
    Float64Array,
  ];
  const mean = (f: (value: number, i: number) => number) =>
    x.reduce((sum, value, i) => sum + f(value, i), 0) / count;
  const error = 5 / Math.sqrt(count); // five standard errors of a unit-variance mean
  expect(Math.abs(mean((v) => v))).toBeLessThan(error);
  expect(Math.abs(mean((v) => v * v) - 1)).toBeLessThan(error * Math.sqrt(2));
  expect(Math.abs(mean((v) => v ** 3))).toBeLessThan(error * Math.sqrt(15));
  expect(Math.abs(mean((v) => v ** 4) - 3)).toBeLessThan(error * Math.sqrt(96));
  expect(Math.abs(mean((v, i) => v * x[(i + 1) % count]!))).toBeLessThan(error);
  expect(Math.abs(mean((v, i) => v * y[i]!))).toBeLessThan(error);
  expect(mean((v) => (Math.abs(v) > 1.959964 ? 1 : 0))).toBeCloseTo(0.05, 2);
  expect(x.every((v) => Math.abs(v) <= Math.sqrt(-2 * Math.log(2 ** -24)))).toBe(true);
});

test.each([-1, 0.5, 2 ** 32, NaN])('frame %d is refused', (frame) => {
  expect(() => gaussianNoise({ seed: 1, frame }, new Float32Array(1))).toThrow(/frame is/);
});
