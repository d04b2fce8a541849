// The element types of safetensors files and their conversion to what the engine computes with.

/** Bytes per element of every element type that the reader accepts. */
export const DTYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;

/** Element type, as safetensors spells it. */
export type DType = keyof typeof DTYPE_BYTES;

/** Whether `name` is an element type that the reader accepts. */
export function isDType(name: unknown): name is DType {
  return typeof name === 'string' && Object.hasOwn(DTYPE_BYTES, name);
}

/** Whether {@link toFloat32} takes `dtype`. */
export function isFloat(dtype: DType): boolean {
  return dtype === 'F64' || dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

/**
 * Little-endian floats of `dtype` as f32, exact for F16, BF16 and F32. `bytes` may start anywhere; the result is
 * a copy, except for aligned F32, which is a view. Throws `RangeError` for integer types.
 */
export function toFloat32(dtype: DType, bytes: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  if (dtype === 'F16') return float16ToFloat32(words(bytes));
  if (dtype === 'BF16') return bfloat16ToFloat32(words(bytes));
  if (dtype === 'F32') return new Float32Array(aligned(bytes, 4), startOf(bytes, 4), bytes.byteLength / 4);
  if (dtype === 'F64') {
    return Float32Array.from(new Float64Array(aligned(bytes, 8), startOf(bytes, 8), bytes.byteLength / 8));
  }
  throw new RangeError(`toFloat32 takes F64, F32, F16 or BF16, got ${dtype}.`);
}

/** Little-endian integers of `dtype` as i32. Throws `RangeError` for float types and for values beyond i32. */
export function toInt32(dtype: DType, bytes: Uint8Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const size = DTYPE_BYTES[dtype];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = INTEGER_READERS[dtype];
  if (!read) throw new RangeError(`toInt32 takes integers, got ${dtype}.`);
  return Int32Array.from({ length: bytes.byteLength / size }, (_, i) => {
    const value = Number(read(view, i * size));
    if (value !== (value | 0)) throw new RangeError(`toInt32: element ${i} is ${value}, beyond 32 bits.`);
    return value;
  });
}

/** binary16 bits to f32 by table: every half is exact in f32. */
export function float16ToFloat32(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const table = float16Table();
  const out = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = table[halves[i]!]!;
  return new Float32Array(out.buffer);
}

/** bfloat16 is the upper half of an f32. */
export function bfloat16ToFloat32(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = halves[i]! << 16;
  return new Float32Array(out.buffer);
}

const INTEGER_READERS: Partial<Record<DType, (view: DataView, offset: number) => number | bigint>> = {
  I64: (view, offset) => view.getBigInt64(offset, true),
  I32: (view, offset) => view.getInt32(offset, true),
  I16: (view, offset) => view.getInt16(offset, true),
  I8: (view, offset) => view.getInt8(offset),
  U64: (view, offset) => view.getBigUint64(offset, true),
  U32: (view, offset) => view.getUint32(offset, true),
  U16: (view, offset) => view.getUint16(offset, true),
  U8: (view, offset) => view.getUint8(offset),
  BOOL: (view, offset) => view.getUint8(offset),
};

// Typed arrays must start at a multiple of their element size: bytes that do not are copied once.
function aligned(bytes: Uint8Array<ArrayBuffer>, size: number): ArrayBuffer {
  return bytes.byteOffset % size === 0 ? bytes.buffer : bytes.slice().buffer;
}

function startOf(bytes: Uint8Array<ArrayBuffer>, size: number): number {
  return bytes.byteOffset % size === 0 ? bytes.byteOffset : 0;
}

function words(bytes: Uint8Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  return new Uint16Array(aligned(bytes, 2), startOf(bytes, 2), bytes.byteLength / 2);
}

let halfTable: Uint32Array | undefined;

// f32 bits of each of the 65,536 halves (256 KiB, made at first use).
function float16Table(): Uint32Array {
  if (halfTable) return halfTable;
  const table = new Uint32Array(65536);
  const one = new DataView(new ArrayBuffer(4));
  for (let half = 0; half < 65536; half++) {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 0x1f;
    const mantissa = half & 0x3ff;
    if (exponent === 0) {
      one.setFloat32(0, mantissa * 2 ** -24); // zero and subnormals: exact, and normal as f32
      table[half] = sign | one.getUint32(0);
    } else {
      const wide = exponent === 31 ? 0xff : exponent + 112;
      table[half] = sign | (wide << 23) | (mantissa << 13);
    }
  }
  halfTable = table;
  return table;
}
