import { describe, expect, test } from 'vitest';
import { orientationOf, turned } from '../../src/codec/orientation.ts';

const ONE = 65536;
const matrix = (a: number, b: number, c: number, d: number, scale = ONE) =>
  [a, b, 0, c, d, 0, 0, 0, 2 ** 30].map((value, i) => (i < 5 ? value * scale : value));
const IDENTITY = matrix(1, 0, 0, 1);

/** Where [x, y] lands when turned clockwise by `rotation` (y points down), then mirrored left–right. */
function apply(x: number, y: number, rotation: number, flip: boolean): [number, number] {
  for (let turns = rotation / 90; turns > 0; turns--) [x, y] = [-y, x];
  return [flip ? -x : x, y];
}

describe('orientationOf', () => {
  test.each([
    ['upright', matrix(1, 0, 0, 1)],
    ['90 clockwise', matrix(0, 1, -1, 0)],
    ['180', matrix(-1, 0, 0, -1)],
    ['270 clockwise', matrix(0, -1, 1, 0)],
    ['mirrored', matrix(-1, 0, 0, 1)],
    ['upside down mirrored', matrix(1, 0, 0, -1)],
    ['transposed', matrix(0, 1, 1, 0)],
    ['anti-transposed', matrix(0, -1, -1, 0)],
  ])('%s: rotation and flip do to every point what the matrix does', (_, m) => {
    const { rotation, flip } = orientationOf(m, IDENTITY);
    const [a, b, , c, d] = m.map((value) => value / ONE) as [number, number, number, number, number];
    for (const [x, y] of [
      [1, 0],
      [0, 1],
      [2, 3],
    ] as const) {
      const [gotX, gotY] = apply(x, y, rotation, flip);
      expect([gotX + 0, gotY + 0]).toEqual([a * x + c * y + 0, b * x + d * y + 0]);
    }
  });

  test('the movie matrix turns what the track matrix turned', () => {
    const quarter = matrix(0, 1, -1, 0);
    expect(orientationOf(quarter, quarter)).toEqual({ rotation: 180, flip: false });
    expect(orientationOf(quarter, matrix(-1, 0, 0, 1))).toEqual({ rotation: 90, flip: true });
    expect(orientationOf(matrix(-1, 0, 0, 1), quarter)).toEqual({ rotation: 270, flip: true });
  });

  test('scale does not matter; 45°, shear and all zero count as upright', () => {
    expect(orientationOf(matrix(0, 2, -3, 0), IDENTITY).rotation).toBe(90);
    const half = Math.SQRT1_2;
    for (const m of [matrix(half, half, -half, half), matrix(1, 0.5, 0, 1), matrix(0, 0, 0, 0)]) {
      expect(orientationOf(m, IDENTITY)).toEqual({ rotation: 0, flip: false });
    }
  });

  test('quarter turns swap the sides', () => {
    expect(turned(640, 480, { rotation: 90, flip: false })).toEqual([480, 640]);
    expect(turned(640, 480, { rotation: 180, flip: true })).toEqual([640, 480]);
  });
});
