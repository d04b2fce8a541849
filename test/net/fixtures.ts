// Builds safetensors files, sound or damaged, for tests.
import { bytesSource } from '../../src/net/source.ts';
import type { DType } from '../../src/net/dtype.ts';

export interface Entry {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A file from a header (an object, or text as it is) and its data. */
export function rawFile(header: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  file.set(data, 8 + json.length);
  return file;
}

/** A sound file of `entries`, in their order. */
export function soundFile(entries: Readonly<Record<string, Entry>>): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const [name, { dtype, shape, bytes }] of Object.entries(entries)) {
    header[name] = { dtype, shape, data_offsets: [end, end + bytes.length] };
    parts.push(bytes);
    end += bytes.length;
  }
  return rawFile(header, Buffer.concat(parts));
}

/** A source that counts its reads and the largest of them. */
export function countingSource(bytes: Uint8Array, name = 'counted.safetensors') {
  const source = bytesSource(bytes, name);
  const reads: [number, number][] = [];
  return {
    ...source,
    reads,
    read: (...[start, end, options]: Parameters<typeof source.read>) => {
      reads.push([start, end]);
      return source.read(start, end, options);
    },
  };
}
