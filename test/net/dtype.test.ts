import { describe, expect, test } from 'vitest';
import { float16ToFloat32, toFloat32, toInt32, type DType } from '../../src/net/dtype.ts';

const bytesOf = (array: ArrayBufferView<ArrayBuffer>) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** IEEE 754 binary16 by its definition. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}

test('every half is exact, NaN and infinities included', () => {
  const got = float16ToFloat32(Uint16Array.from({ length: 65536 }, (_, i) => i));
  const wrong = Array.from(got.keys()).filter((bits) => !Object.is(got[bits], half(bits)));
  expect(wrong).toEqual([]);
});

test('25 MB of halves convert well under a second', () => {
  const bytes = new Uint8Array(25_000_000).map((_, i) => i * 7);
  const times = [1, 2, 3].map(() => {
    const start = performance.now();
    expect(toFloat32('F16', bytes)).toHaveLength(12_500_000);
    return performance.now() - start;
  });
  expect(Math.min(...times)).toBeLessThan(700); // 60 ms on an idle machine
});

describe('floats', () => {
  test('bfloat16 is the upper half of f32', () => {
    const values = Float32Array.from([1, -2.5, 0, 2 ** 100, Infinity]);
    const upper = Uint16Array.from(new Uint32Array(values.buffer), (bits) => bits >>> 16);
    expect(toFloat32('BF16', bytesOf(upper))).toEqual(values);
  });

  test('unaligned bytes', () => {
    const shifted = new Uint8Array(9);
    shifted.set(bytesOf(Float32Array.of(1.5, -3)), 1);
    expect(toFloat32('F32', shifted.subarray(1))).toEqual(Float32Array.of(1.5, -3));
    const wide = new Uint8Array(12);
    wide.set(bytesOf(Float64Array.of(0.1)), 4);
    expect(toFloat32('F64', wide.subarray(4))).toEqual(Float32Array.of(0.1));
    const narrow = new Uint8Array(3);
    narrow.set(bytesOf(Uint16Array.of(0x3c00)), 1);
    expect(toFloat32('F16', narrow.subarray(1))).toEqual(Float32Array.of(1));
  });

  test('integers are refused', () => {
    expect(() => toFloat32('I32', new Uint8Array(4))).toThrow(/takes F64, F32, F16 or BF16, got I32/);
  });
});

describe('integers', () => {
  test.each<[DType, ArrayBufferView<ArrayBuffer>, number[]]>([
    ['I64', BigInt64Array.of(-5n, 7n), [-5, 7]],
    ['U64', BigUint64Array.of(3n), [3]],
    ['I32', Int32Array.of(-9), [-9]],
    ['U32', Uint32Array.of(9), [9]],
    ['I16', Int16Array.of(-300), [-300]],
    ['U16', Uint16Array.of(65535), [65535]],
    ['I8', Int8Array.of(-1), [-1]],
    ['U8', Uint8Array.of(255), [255]],
    ['BOOL', Uint8Array.of(1, 0), [1, 0]],
  ])('%s', (dtype, array, want) => {
    expect([...toInt32(dtype, bytesOf(array))]).toEqual(want);
  });

  test('values beyond 32 bits and floats are refused', () => {
    expect(() => toInt32('I64', bytesOf(BigInt64Array.of(1n << 31n)))).toThrow(
      /element 0 is 2147483648, beyond 32 bits/,
    );
    expect(() => toInt32('F32', new Uint8Array(4))).toThrow(/takes integers, got F32/);
  });
});
