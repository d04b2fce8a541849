import { expect, test, vi } from 'vitest';
import { cachedSource, openModelCache, pruneCache, type BlockCache } from '../../src/net/cache.ts';
import { DownloadError } from '../../src/net/errors.ts';
import type { ByteSource } from '../../src/net/source.ts';
import { countingSource } from './fixtures.ts';
import { pattern } from './server.ts';

const MiB = 1024 * 1024;
const body = pattern(10 * MiB);
const URL_NAME = 'https://example.com/unet/model.safetensors?download=true';

function memoryCache(): BlockCache & { readonly entries: Map<string, Uint8Array<ArrayBuffer>> } {
  const entries = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    entries,
    match: (key) =>
      Promise.resolve(entries.has(key as string) ? new Response(entries.get(key as string)) : undefined),
    put: async (key, response) =>
      void entries.set(key as string, new Uint8Array(await response.arrayBuffer())),
    delete: (key) => Promise.resolve(entries.delete(key as string)),
  };
}

function origin(version: string | undefined = '"1"', bytes = body, name = URL_NAME) {
  return { ...countingSource(bytes, name), version: () => Promise.resolve(version) };
}

async function expectRead(source: ByteSource, start: number, end: number, of = body): Promise<void> {
  expect(Buffer.compare(await source.read(start, end), of.subarray(start, end))).toBe(0);
}

test('a second visit downloads nothing', async () => {
  const cache = memoryCache();
  const first = origin();
  await expectRead(cachedSource(first, cache), 3 * MiB, 9 * MiB + 5);
  expect(first.reads).toEqual([
    [0, 4 * MiB],
    [4 * MiB, 8 * MiB],
    [8 * MiB, 10 * MiB],
  ]);
  const second = origin();
  const source = cachedSource(second, cache);
  await expectRead(source, 3 * MiB, 9 * MiB + 5);
  await expectRead(source, 0, 1);
  await expectRead(source, 10 * MiB, 10 * MiB);
  expect(second.reads).toEqual([]);
});

test('with no network, what was cached is taken', async () => {
  const cache = memoryCache();
  const name = 'https://gone.example/unet/model.safetensors';
  await expectRead(cachedSource(origin('"1"', body, name), cache), 0, 5);
  let asked = 0;
  const fail = () => Promise.reject(new DownloadError(name, ++asked, undefined, 'offline'));
  const source = cachedSource({ name, size: fail, version: fail, read: fail }, cache);
  await expectRead(source, 1, 100);
  expect(asked).toBe(1);
  await expectRead(cachedSource({ name, size: fail, version: fail, read: fail }, cache), 1, 100);
  expect(asked).toBe(1); // that host is known to be gone
  await expect(source.read(5 * MiB, 6 * MiB)).rejects.toThrow('offline');
});

test('known to be offline, the network is not asked', async () => {
  const cache = memoryCache();
  await expectRead(cachedSource(origin(), cache), 0, 5);
  vi.stubGlobal('navigator', { onLine: false });
  try {
    const unasked = () => Promise.reject(new Error('was asked'));
    const source = cachedSource({ name: URL_NAME, size: unasked, version: unasked, read: unasked }, cache);
    await expectRead(source, 1, 100);
  } finally {
    vi.unstubAllGlobals();
  }
});

test('blocks of two versions are not put together', async () => {
  const cache = memoryCache();
  await expectRead(cachedSource(origin(), cache), 0, 5);
  const changed = body.map((byte) => byte ^ 1);
  const source = cachedSource(origin('"2"', changed), cache);
  vi.stubGlobal('navigator', { onLine: false });
  try {
    await expectRead(source, 1, 100); // the old version, which is all there
    await expect(source.read(0, 5 * MiB)).rejects.toThrow(/has changed since it was cached: load it again/);
  } finally {
    vi.unstubAllGlobals();
  }
  await expectRead(source, 0, 5 * MiB, changed);
});

test('what is kept of other files is deleted, of these it stays', async () => {
  const cache = memoryCache();
  const other = URL_NAME.replace('unet', 'vae');
  await expectRead(cachedSource(origin(), cache), 0, 5 * MiB);
  await expectRead(cachedSource(origin('"1"', body, other), cache), 0, 5);
  await vi.waitFor(() => expect(cache.entries.size).toBe(5)); // written while one goes on
  const keys = () => Promise.resolve([...cache.entries.keys()].map((url) => ({ url }) as Request));
  await pruneCache({ keys, delete: cache.delete }, [URL_NAME]);
  const left = [...cache.entries.keys()];
  expect(left.length).toBe(3);
  expect(left.every((url) => url.startsWith('https://example.com/unet/'))).toBe(true);
  await pruneCache({ keys: () => Promise.reject(new Error('broken')), delete: cache.delete }, []);
  expect(cache.entries.size).toBe(3);
});

test('a new version replaces the old one', async () => {
  const cache = memoryCache();
  await expectRead(cachedSource(origin(), cache), 0, 10 * MiB);
  const changed = body.map((byte) => byte ^ 1);
  await expectRead(cachedSource(origin('"2"', changed), cache), 0, 5, changed);
  const kept = () => [...cache.entries.keys()].map((key) => new URL(key).searchParams.get('refilm-cache'));
  await vi.waitFor(() => expect(kept()).toEqual(['identity', '"2"/0']));
});

test('a file without a version is not cached', async () => {
  const cache = memoryCache();
  const source = { ...countingSource(body, URL_NAME) };
  await expectRead(cachedSource(source, cache), 7, 9);
  expect(cache.entries.size).toBe(0);
});

test('a full disk only costs the cache: exactly what is asked for is read', async () => {
  const cache = {
    ...memoryCache(),
    put: () => Promise.reject(new DOMException('full', 'QuotaExceededError')),
  };
  const inner = origin();
  const source = cachedSource(inner, cache);
  await expectRead(source, 5 * MiB, 5 * MiB + 10);
  await expectRead(source, 9 * MiB, 9 * MiB + 10);
  expect(inner.reads).toEqual([
    [5 * MiB, 5 * MiB + 10],
    [9 * MiB, 9 * MiB + 10],
  ]);
});

test('a cache that never answers is given up once', async () => {
  const silent = () => new Promise<never>(() => {});
  const source = cachedSource(origin(), { match: silent, put: silent, delete: silent }, 20);
  const start = performance.now();
  for (let i = 0; i < 20; i++) await expectRead(source, i, i + 10);
  expect(performance.now() - start).toBeLessThan(1000);
});

test('a damaged entry is downloaded again', async () => {
  const cache = memoryCache();
  await expectRead(cachedSource(origin(), cache), 0, 5);
  for (const [key, bytes] of cache.entries)
    if (key.includes('%2F0')) cache.entries.set(key, bytes.slice(0, 9));
  await expectRead(cachedSource(origin(), cache), 0, 5);
});

test('a failed first request can be repeated', async () => {
  let fails = true;
  const inner = origin();
  const size = () => (fails ? Promise.reject(new Error('once')) : inner.size());
  const source = cachedSource({ ...inner, size }, memoryCache());
  await expect(source.size()).rejects.toThrow('once');
  fails = false;
  await expectRead(source, 0, 5);
});

test('names that are no http URL, and no cache at all', async () => {
  await expectRead(cachedSource(origin('"1"', body, 'data:,x'), memoryCache()), 0, 5);
  expect(await openModelCache()).toBeUndefined(); // node has no caches
});
