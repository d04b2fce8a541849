// Tensors: a shape, an element type and, once memory is planned, a place in a GPU buffer.

import { floatToHalf } from './half.ts';

/** Element types in GPU memory. */
export type DType = 'f32' | 'f16' | 'u32' | 'i32';

/** Bytes per element. */
export const ELEMENT_BYTES: Readonly<Record<DType, number>> = { f32: 4, f16: 2, u32: 4, i32: 4 };

/**
 * A tensor in row-major order. Activations are `[batch*frames, height, width, channels]` or `[rows, channels]`.
 * With `buffer` it has memory of its own; without, a {@link Program}'s planner gives it a place.
 */
export interface Tensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly label: string;
  readonly buffer?: GPUBuffer;
}

/** Number of elements. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Bytes of a tensor without padding. */
export function byteLength(shape: readonly number[], dtype: DType): number {
  return elementCount(shape) * ELEMENT_BYTES[dtype];
}

/** `shape` as people write it, for messages: `[8, 16, 16, 64]`. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** The same memory under another shape. Throws RangeError when the number of elements differs. */
export function checkReshape(from: readonly number[], to: readonly number[]): void {
  if (elementCount(from) !== elementCount(to)) {
    throw new RangeError(
      `reshape: ${shapeText(from)} has ${elementCount(from)} elements, ${shapeText(to)} ${elementCount(to)}`,
    );
  }
}

/** Numbers as `dtype`, padded to four bytes as `writeBuffer` wants. */
export function pack(values: ArrayLike<number>, dtype: DType): ArrayBufferView<ArrayBuffer> {
  switch (dtype) {
    case 'f32':
      return Float32Array.from(values);
    case 'u32':
      return Uint32Array.from(values);
    case 'i32':
      return Int32Array.from(values);
    case 'f16': {
      const bits = floatToHalf(values);
      if (bits.length % 2 === 0) return bits;
      const padded = new Uint16Array(bits.length + 1);
      padded.set(bits);
      return padded;
    }
  }
}
