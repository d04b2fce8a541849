import { expect, test } from 'vitest';
import { slerp } from '../../src/editor/content/slerp.ts';
import { randomArray } from '../random.ts';

const length = (v: ArrayLike<number>) => Math.hypot(...Array.from(v));
const angle = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  const dot = Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);
  return Math.acos(Math.min(1, Math.max(-1, dot / length(a) / length(b))));
};

test('both ends are the arguments, bit by bit', () => {
  const [a, b] = [Float64Array.from(randomArray(7, 1)), Float64Array.from(randomArray(7, 2))];
  expect(slerp(a, b, 0)).toEqual(a);
  expect(slerp(a, b, 1)).toEqual(b);
});

test('the angle grows evenly, and the length goes from the one to the other', () => {
  const a = randomArray(128, 3);
  const b = randomArray(128, 4).map((x) => 3 * x);
  const whole = angle(a, b);
  for (const t of [0.1, 0.25, 0.5, 0.9]) {
    const between = slerp(a, b, t);
    expect(angle(a, between)).toBeCloseTo(t * whole, 9);
    expect(angle(between, b)).toBeCloseTo((1 - t) * whole, 9);
    expect(length(between)).toBeCloseTo((1 - t) * length(a) + t * length(b), 9);
  }
});

test('a quarter turn in the plane', () => {
  const [x, y] = slerp([2, 0], [0, 2], 1 / 3);
  expect(x).toBeCloseTo(2 * Math.cos(Math.PI / 6), 12);
  expect(y).toBeCloseTo(2 * Math.sin(Math.PI / 6), 12);
});

test('equal and nearly equal vectors', () => {
  const a = [0.6, 0, 0.8];
  const same = slerp(a, a, 0.3);
  for (const [i, x] of a.entries()) expect(same[i]).toBeCloseTo(x, 15);
  const near = slerp(a, [0.6, 1e-7, 0.8], 0.5);
  expect(near[1]).toBeCloseTo(0.5e-7, 12);
});

test('opposite vectors: a half circle through one fixed side', () => {
  for (const a of [[1, 0, 0], [0, 0, -1], Array.from(randomArray(128, 5))]) {
    const b = a.map((x) => -x);
    for (const t of [0.25, 0.5, 0.75]) {
      const between = slerp(a, b, t);
      expect(angle(a, between)).toBeCloseTo(t * Math.PI, 9);
      expect(length(between)).toBeCloseTo(length(a), 9);
      expect(slerp(a, b, t)).toEqual(between);
    }
  }
});

test('nothing has no direction: the way is straight', () => {
  expect([...slerp([0, 0], [2, 4], 0.5)]).toEqual([1, 2]);
  expect([...slerp([2, 4], [0, 0], 0.75)]).toEqual([0.5, 1]);
  expect([...slerp([0, 0], [0, 0], 0.5)]).toEqual([0, 0]);
});

test('other lengths, and t beyond the ends, are refused', () => {
  expect(() => slerp([1], [1, 2], 0.5)).toThrow(/got 1, 2 and 0\.5/);
  expect(() => slerp([1], [1], 1.01)).toThrow(RangeError);
  expect(() => slerp([1], [1], NaN)).toThrow(RangeError);
});
