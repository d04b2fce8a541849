import { expect, test } from 'vitest';
import { floatToHalf, halfToFloat } from '../../src/gpu/half.ts';

test('all 65,536 bit patterns survive the way to f32 and back', () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const back = floatToHalf(halfToFloat(bits));
  for (let i = 0; i < 65536; i++) {
    const nan = (i & 0x7c00) === 0x7c00 && (i & 0x3ff) !== 0;
    if (nan) expect((back[i]! & 0x7c00) === 0x7c00 && (back[i]! & 0x3ff) !== 0).toBe(true);
    else expect(back[i]).toBe(i);
  }
});

test('rounds to nearest, ties to even, and overflows to infinity', () => {
  const ulp = 2 ** -10;
  const [down, tieEven, tieOdd, up] = halfToFloat(
    floatToHalf([1 + 0.49 * ulp, 1 + 0.5 * ulp, 1 + 1.5 * ulp, 1 + 0.51 * ulp]),
  );
  expect([down, tieEven, tieOdd, up]).toEqual([1, 1, 1 + 2 * ulp, 1 + ulp]);
  expect([...halfToFloat(floatToHalf([65519, 65520, -1e30, 2 ** -24, 2 ** -25, 3 * 2 ** -26]))]).toEqual([
    65504,
    Infinity,
    -Infinity,
    2 ** -24,
    0,
    2 ** -24,
  ]);
});
