// Golden tensors for tests, read from disk by the engine's own safetensors reader.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toFloat32, toInt32 } from '../src/net/dtype.ts';
import { openSafetensors } from '../src/net/safetensors.ts';
import { bytesSource } from '../src/net/source.ts';

/** Floats (F32, F16, BF16, F64) come as Float32Array, integers as Int32Array; `shape` as in the file. */
export interface TestTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

const GOLDENS = fileURLToPath(new URL('./goldens/', import.meta.url));

/** Every tensor of a safetensors file. `path` is absolute or relative to test/goldens: 'nano/prior.safetensors'. */
export async function loadTensors(path: string): Promise<Record<string, TestTensor>> {
  const file = await openSafetensors(bytesSource(await readFile(resolve(GOLDENS, path)), path));
  const tensors: Record<string, TestTensor> = {};
  for await (const { name, dtype, shape, bytes } of file.stream()) {
    const floating = dtype === 'F64' || dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
    tensors[name] = { shape, data: floating ? toFloat32(dtype, bytes) : toInt32(dtype, bytes) };
  }
  return tensors;
}

/** The float data of `name`; throws naming what there is if `name` is missing or holds integers. */
export function floats(tensors: Record<string, TestTensor>, name: string): Float32Array<ArrayBuffer> {
  const data = tensors[name]?.data;
  if (data instanceof Float32Array) return data;
  throw new Error(`No float tensor '${name}' among ${Object.keys(tensors).join(', ')}.`);
}

/** The JSON beside a golden, relative to test/goldens. NaN and infinities, which Python writes bare, become null. */
export async function loadJson<T>(path: string): Promise<T> {
  const text = await readFile(resolve(GOLDENS, path), 'utf8');
  return JSON.parse(text.replace(/(?<=[[:,]\s*)(?:NaN|-?Infinity)(?=\s*[\],}])/g, 'null')) as T;
}
