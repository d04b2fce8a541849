import { expect, test } from 'vitest';
import { WeightsError } from '../../src/net/errors.ts';
import { blobSource, bytesSource, readAll, sameSource } from '../../src/net/source.ts';

const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);

test.each([
  ['memory', bytesSource(bytes, 'x')],
  ['a blob', blobSource(new Blob([bytes]), 'x')],
  ['a file', blobSource(new File([bytes], 'x'))],
])('%s', async (_, source) => {
  expect(source.name).toBe('x');
  expect(await source.size()).toBe(100);
  expect(await source.read(3, 9)).toEqual(bytes.slice(3, 9));
  expect(await source.read(100, 100)).toEqual(new Uint8Array(0));
  for (const [start, end] of [
    [0, 101],
    [-1, 3],
    [5, 4],
    [NaN, 4],
  ] as const) {
    await expect(source.read(start, end)).rejects.toThrow(WeightsError);
  }
  const reason = new Error('enough');
  await expect(source.read(0, 1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  await expect(readAll(source, { limit: 99 })).rejects.toThrow(/x: expected at most 99 bytes, got 100 bytes/);
});

test('what is read belongs to the caller', async () => {
  const source = bytesSource(bytes.slice());
  (await source.read(0, 4)).fill(9);
  expect(await source.read(0, 4)).toEqual(bytes.slice(0, 4));
});

test('the same file, as far as name, size and version tell', async () => {
  const file = (content: BlobPart, name: string, lastModified: number) =>
    blobSource(new File([content], name, { lastModified }));
  const first = file(bytes, 'x', 1);
  expect(await sameSource(undefined, undefined)).toBe(true);
  expect(await sameSource(first, first)).toBe(true);
  expect(await sameSource(first, file(bytes, 'x', 1))).toBe(true);
  for (const other of [file(bytes, 'y', 1), file(bytes, 'x', 2), file('short', 'x', 1), undefined])
    expect(await sameSource(first, other)).toBe(false);
  expect(await sameSource(bytesSource(bytes, 'x'), bytesSource(bytes, 'x'))).toBe(false);
});

test('a file that is gone', async () => {
  const blob = new Blob([bytes]);
  blob.slice = () =>
    Object.assign(new Blob(), { arrayBuffer: () => Promise.reject(new Error('file moved')) });
  await expect(blobSource(blob, 'unet.safetensors').read(0, 1)).rejects.toMatchObject({
    name: 'WeightsError',
    file: 'unet.safetensors',
    got: 'file moved',
  });
});
