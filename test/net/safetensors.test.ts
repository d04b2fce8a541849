import { describe, expect, test } from 'vitest';
import { WeightsError } from '../../src/net/errors.ts';
import { openSafetensors, type TensorBytes } from '../../src/net/safetensors.ts';
import { bytesSource } from '../../src/net/source.ts';
import { loadTensors, floats } from '../tensors.ts';
import { countingSource, rawFile, soundFile, type Entry } from './fixtures.ts';
import { pattern } from './server.ts';

const entry = (length: number, dtype: Entry['dtype'] = 'U8'): Entry => ({
  dtype,
  shape: [length],
  bytes: pattern(length),
});

async function all(stream: AsyncIterable<TensorBytes>): Promise<TensorBytes[]> {
  const list: TensorBytes[] = [];
  for await (const tensor of stream) list.push(tensor);
  return list;
}

describe('golden files', () => {
  test('tensors of the prior golden', async () => {
    const tensors = await loadTensors('nano/prior.safetensors');
    expect(tensors['out.trace']?.shape).toEqual([25, 1, 128]);
    expect(Math.hypot(...floats(tensors, 'out.content'))).toBeCloseTo(Math.sqrt(128), 4);
  });

  test('integers', async () => {
    const tensors = await loadTensors('nano/text_encoder.safetensors');
    expect(tensors['in.ids']?.data.slice(32, 35)).toEqual(Int32Array.from([1534, 1535, 1535]));
    expect(() => floats(tensors, 'in.ids')).toThrow(/No float tensor 'in.ids'/);
  });
});

describe('a sound file', () => {
  const file = soundFile({
    odd: entry(3),
    after: entry(8),
    scalar: { ...entry(4, 'F32'), shape: [] },
    none: entry(0),
  });

  test('one tensor, or all in file order, at addresses that any typed array can start at', async () => {
    const reader = await openSafetensors(bytesSource(file));
    expect([...reader.tensors.keys()]).toEqual(['odd', 'after', 'scalar', 'none']);
    expect(await reader.readTensor('after')).toEqual({
      name: 'after',
      dtype: 'U8',
      shape: [8],
      bytes: pattern(8),
    });
    const list = await all(reader.stream());
    expect(list.map(({ name, bytes }) => [name, bytes.length])).toEqual([
      ['odd', 3],
      ['after', 8],
      ['scalar', 4],
      ['none', 0],
    ]);
    for (const { bytes } of list) expect(bytes.byteOffset % 8).toBe(0);
    expect(list[1]!.bytes).toEqual(pattern(8));
  });

  test('only what is wanted', async () => {
    const reader = await openSafetensors(bytesSource(file));
    const list = await all(reader.stream({ wanted: (name) => name === 'scalar' }));
    expect(list.map(({ name }) => name)).toEqual(['scalar']);
  });

  test('a missing tensor is named', async () => {
    const reader = await openSafetensors(bytesSource(file, 'unet.safetensors'));
    await expect(reader.readTensor('conv_in.weight')).rejects.toMatchObject({
      name: 'WeightsError',
      file: 'unet.safetensors',
      tensor: 'conv_in.weight',
    });
  });

  test('a header longer than the first read', async () => {
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`tensor.${i}`, entry(1)]));
    const reader = await openSafetensors(bytesSource(soundFile(many)));
    expect(reader.tensors.size).toBe(2000);
    expect((await all(reader.stream())).length).toBe(2000);
  });
});

describe('streaming', () => {
  const MiB = 1024 * 1024;
  const part = entry(3 * MiB);
  const big = soundFile(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`t${i}`, part])));

  test('reads ranges of at most 8 MiB, one ahead', async () => {
    const source = countingSource(big);
    const reader = await openSafetensors(source);
    const before = source.reads.length;
    let seen = 0;
    for await (const { bytes } of reader.stream()) {
      expect(Buffer.compare(bytes, part.bytes)).toBe(0);
      expect(source.reads.length - before).toBeLessThanOrEqual(Math.floor(seen++ / 2) + 2);
    }
    expect(source.reads.slice(before).map(([start, end]) => end - start)).toEqual(Array(5).fill(6 * MiB));
  });

  test('unwanted bytes are not read', async () => {
    const source = countingSource(big);
    const reader = await openSafetensors(source);
    const before = source.reads.length;
    await all(reader.stream({ wanted: (name) => name === 't1' || name === 't8' }));
    expect(source.reads.slice(before).map(([start, end]) => end - start)).toEqual([3 * MiB, 3 * MiB]);
  });

  test('an abort ends it before the next tensor', async () => {
    const reader = await openSafetensors(bytesSource(big));
    const controller = new AbortController();
    const reason = new Error('enough');
    const seen: string[] = [];
    const run = async () => {
      for await (const { name } of reader.stream({ signal: controller.signal })) {
        seen.push(name);
        controller.abort(reason);
      }
    };
    await expect(run()).rejects.toBe(reason);
    expect(seen).toEqual(['t0']);
  });

  test('leaving the loop aborts the read ahead', async () => {
    let signal: AbortSignal | undefined;
    const source = countingSource(big);
    const reader = await openSafetensors({
      ...source,
      read: (start, end, options) => {
        signal = options?.signal;
        return source.read(start, end, options);
      },
    });
    for await (const { name } of reader.stream()) {
      expect(name).toBe('t0');
      expect(signal?.aborted).toBe(false);
      break;
    }
    expect(signal?.aborted).toBe(true);
  });
});

describe('damaged files', () => {
  const tensor = (dtype: unknown, shape: unknown, offsets: unknown) => ({
    dtype,
    shape,
    data_offsets: offsets,
  });
  const withLength = (length: bigint, size = 64) => {
    const file = new Uint8Array(size);
    new DataView(file.buffer).setBigUint64(0, length, true);
    return file;
  };
  const eight = new Uint8Array(8);
  const good = tensor('U8', [8], [0, 8]);

  test.each<[string, Uint8Array, RegExp]>([
    ['empty', new Uint8Array(0), /expected a safetensors file, got 0 bytes/],
    ['seven bytes', new Uint8Array(7), /got 7 bytes/],
    [
      'header length 2^60',
      withLength(1n << 60n),
      /a header of at most 104857600 bytes, got 1152921504606846976 bytes/,
    ],
    ['an HTML page', new TextEncoder().encode('<!doctype html><html></html>'), /a header of at most/],
    ['truncated header', withLength(57n), /a header of 57 bytes, got a file of 64 bytes/],
    ['no JSON', rawFile('{"a":'), /a JSON header in UTF-8/],
    ['not UTF-8', withLength(0n).fill(0xff, 8).fill(2, 0, 1), /a JSON header in UTF-8/],
    ['an array', rawFile([1]), /a JSON object as header, got \[1\]/],
    ['null', rawFile('null'), /a JSON object as header, got null/],
    [
      'an entry that is no object',
      rawFile({ a: 3 }),
      /tensor 'a': expected dtype, shape and data_offsets, got 3/,
    ],
    [
      'an unknown dtype',
      rawFile({ a: tensor('F8_E4M3', [8], [0, 8]) }, eight),
      /a dtype among .*F16.*, got "F8_E4M3"/,
    ],
    ['a dtype of the prototype', rawFile({ a: tensor('toString', [8], [0, 8]) }, eight), /got "toString"/],
    ['a negative size', rawFile({ a: tensor('U8', [-8], [0, 8]) }, eight), /whole numbers, got \[-8\]/],
    ['a fraction', rawFile({ a: tensor('U8', [0.5, 16], [0, 8]) }, eight), /whole numbers, got \[0.5,16\]/],
    [
      '17 dimensions',
      rawFile({ a: tensor('U8', Array(17).fill(1), [0, 1]) }, eight),
      /at most 16 whole numbers/,
    ],
    ['no shape', rawFile({ a: tensor('U8', undefined, [0, 8]) }, eight), /whole numbers, got nothing/],
    [
      'a product beyond 2^53',
      rawFile({ a: tensor('U8', [2 ** 40, 2 ** 40], [0, 8]) }, eight),
      /expected .*e\+24 bytes/,
    ],
    [
      'the wrong size',
      rawFile({ a: tensor('F32', [3], [0, 8]) }, eight),
      /12 bytes for F32 \[3\], got 8 bytes/,
    ],
    [
      'offsets beyond the file',
      rawFile({ a: tensor('U8', [9], [0, 9]) }, eight),
      /within the file's 8 bytes of data, got \[0,9\]/,
    ],
    ['offsets backwards', rawFile({ a: tensor('U8', [8], [8, 0]) }, eight), /got \[8,0\]/],
    ['three offsets', rawFile({ a: tensor('U8', [8], [0, 8, 8]) }, eight), /got \[0,8,8\]/],
    [
      'an overlap',
      rawFile({ a: good, b: tensor('U8', [4], [4, 8]) }, eight),
      /tensor 'b': expected data from byte 8, .*overlap/,
    ],
    [
      'a hole',
      rawFile({ a: tensor('U8', [2], [0, 2]), b: tensor('U8', [2], [6, 8]) }, eight),
      /byte 2, .*a hole before it/,
    ],
    [
      'bytes after the last tensor',
      rawFile({ a: good }, new Uint8Array(9)),
      /expected 8 bytes of data, got 9/,
    ],
    ['a truncated file', rawFile({ a: good }, new Uint8Array(7)), /within the file's 7 bytes of data/],
    [
      'a name twice',
      rawFile(`{"a":${JSON.stringify(good)},"\\u0061":${JSON.stringify(good)}}`, eight),
      /'a': expected one entry/,
    ],
  ])('%s', async (_, bytes, message) => {
    const error: unknown = await openSafetensors(bytesSource(bytes, 'x.safetensors')).catch(
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(WeightsError);
    expect((error as WeightsError).file).toBe('x.safetensors');
    expect((error as WeightsError).message).toMatch(message);
  });

  test('megabytes of escapes, or of brackets, end soon', async () => {
    const escapes = rawFile(
      `{"__metadata__":{"a":"${'\\\\\\"'.repeat(1e6)}"},"b" : ${JSON.stringify(good)}}`,
      eight,
    );
    expect((await openSafetensors(bytesSource(escapes))).tensors.size).toBe(1);
    const brackets = rawFile(`{"a":${'['.repeat(4e6)}${']'.repeat(4e6)}}`);
    await expect(openSafetensors(bytesSource(brackets))).rejects.toThrow(/deeper nesting/);
    const unclosed = rawFile(`{"a${'\\\\'.repeat(1e6)}`);
    await expect(openSafetensors(bytesSource(unclosed))).rejects.toThrow(/a JSON header in UTF-8/);
  });

  test('keys inside metadata and escaped quotes are not names', async () => {
    const header = { __metadata__: { a: '"b":', b: '{' }, 'a"b': good };
    const reader = await openSafetensors(bytesSource(rawFile(header, eight)));
    expect([...reader.tensors.keys()]).toEqual(['a"b']);
  });
});
