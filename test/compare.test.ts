import { expect, test } from 'vitest';
import { expectClose, relativeRms } from './compare.ts';

const tolerance = { atol: 0.1, rtol: 0.01, label: 'x' };

test('the worst element against its tolerance is named', () => {
  expectClose([1, 100], [1.05, 101], tolerance);
  expect(() => expectClose([1, 100, 7], [1.3, 101, 7], tolerance)).toThrow(
    /^x: 1 of 3 outside atol 0.1 \+ rtol 0.01; worst at index 0: got 1, want 1.3, 2.65 times the tolerance.$/,
  );
});

test('NaN, infinities and lengths', () => {
  for (const [got, want] of [
    [NaN, NaN],
    [NaN, 0],
    [0, NaN],
    [Infinity, 1],
    [1, Infinity],
    [-Infinity, Infinity],
  ] as const) {
    expect(() => expectClose([0, got], [0, want], tolerance)).toThrow(/worst at index 1/);
  }
  expectClose([Infinity, -0], [Infinity, 0], { ...tolerance, atol: 0, rtol: 0 });
  expect(() => expectClose([1], [1, 2], tolerance)).toThrow('x: 1 elements, expected 2.');
  expect(() => expectClose([1], [2], { ...tolerance, atol: 0, rtol: 0 })).toThrow(/outside/);
});

test('relative RMS', () => {
  expect(relativeRms([3, 4.5], [3, 4])).toBeCloseTo(0.1, 12);
  expect(relativeRms([0], [0])).toBe(0);
  expect(relativeRms([1], [0])).toBe(Infinity);
  expect(relativeRms([NaN], [1])).toBeNaN();
  expect(() => relativeRms([1], [])).toThrow(/1 elements, expected 0/);
});
