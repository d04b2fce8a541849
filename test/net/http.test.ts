import { expect, test, vi } from 'vitest';
import { DownloadError, NotFoundError, WeightsError } from '../../src/net/errors.ts';
import { urlSource, type HttpOptions, type Progress } from '../../src/net/http.ts';
import { pattern, serveRange, startServer } from './server.ts';

const body = pattern(300_000);
const quick: HttpOptions = { backoff: 1 };

// vitest compares large arrays element by element, which takes longer than reading them.
function expectBytes(got: Uint8Array, want: Uint8Array): void {
  expect([got.length, Buffer.compare(got, want)]).toEqual([want.length, 0]);
}

test('reads by range; the first request brings size, version and head', async () => {
  await using server = await startServer((request, response) => serveRange(request, response, body));
  const source = urlSource(server.url, quick);
  expect(server.requests).toEqual([]);
  expect(await source.size()).toBe(body.length);
  expect(await source.version?.()).toBe('"1"');
  expectBytes(await source.read(10, 60_000), body.slice(10, 60_000));
  expect(server.requests).toEqual(['bytes=0-65535']);
  expectBytes(await source.read(60_000, 200_000), body.slice(60_000, 200_000));
  expectBytes(await source.read(299_999, 300_000), body.slice(299_999));
  expect(await source.read(5, 5)).toEqual(new Uint8Array(0));
  expect(server.requests.slice(1)).toEqual(['bytes=65536-199999', 'bytes=299999-299999']);
  await expect(source.read(299_999, 300_001)).rejects.toThrow(WeightsError);
});

test('resumes at the byte where the connection broke', async () => {
  await using server = await startServer((request, response, count) =>
    serveRange(request, response, body, count > 1 && count < 5 ? { cut: 20_000 } : {}),
  );
  const progress: Progress[] = [];
  const source = urlSource(server.url, { ...quick, onProgress: (now) => progress.push(now) });
  expectBytes(await source.read(70_000, 300_000), body.slice(70_000));
  const starts = server.requests.map((range) => Number(/\d+/.exec(range)?.[0]));
  expect(starts).toHaveLength(5);
  expect(starts[1]).toBe(70_000);
  expect(starts[4]).toBeGreaterThan(70_000);
  expect(progress.at(-1)).toEqual({ loaded: 65_536 + 230_000, total: 300_000 });
});

test('gives up after the allowed tries', async () => {
  await using server = await startServer((_, response) => response.destroy());
  const error: unknown = await urlSource(server.url, { ...quick, attempts: 3 })
    .size()
    .catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(DownloadError);
  expect(error).toMatchObject({ attempts: 3, status: undefined, file: server.url });
  expect(server.requests).toHaveLength(3);
});

test('a busy server is asked again', async () => {
  await using server = await startServer((request, response, count) => {
    if (count < 3) response.writeHead(503).end('later');
    else serveRange(request, response, body);
  });
  expect(await urlSource(server.url, quick).size()).toBe(body.length);
});

test.each([404, 410])('%i is NotFoundError at once', async (status) => {
  await using server = await startServer((_, response) => response.writeHead(status).end());
  await expect(urlSource(server.url, quick).read(0, 1)).rejects.toThrow(NotFoundError);
  expect(server.requests).toHaveLength(1);
});

test.each([401, 403])('%i is DownloadError at once', async (status) => {
  await using server = await startServer((_, response) => response.writeHead(status).end());
  await expect(urlSource(server.url, quick).read(0, 1)).rejects.toMatchObject({
    name: 'DownloadError',
    status,
  });
  expect(server.requests).toHaveLength(1);
});

test('a server without ranges is read once', async () => {
  await using server = await startServer((_, response) => response.writeHead(200).end(body));
  const onProgress = vi.fn<(progress: Progress) => void>();
  const source = urlSource(server.url, { ...quick, onProgress });
  expectBytes(await source.read(100_000, 100_010), body.slice(100_000, 100_010));
  expectBytes(await source.read(5, 200_000), body.slice(5, 200_000));
  expect(await source.size()).toBe(body.length);
  expect(server.requests).toHaveLength(1);
  expect(onProgress.mock.lastCall?.[0].loaded).toBe(body.length);
});

test('an empty file', async () => {
  await using server = await startServer((request, response) =>
    serveRange(request, response, new Uint8Array(0)),
  );
  const source = urlSource(server.url, quick);
  expect(await source.size()).toBe(0);
  expect(await source.read(0, 0)).toEqual(new Uint8Array(0));
});

test('a file that changes between reads is refused, never mixed', async () => {
  await using server = await startServer((request, response, count) =>
    serveRange(request, response, body, { etag: `"${Math.min(count, 2)}"` }),
  );
  const source = urlSource(server.url, quick);
  await source.size();
  await expect(source.read(100_000, 100_001)).rejects.toThrow(/the file changed while it was read/);
});

test('a hidden Content-Range is made up for by HEAD', async () => {
  await using server = await startServer((request, response) => {
    if (request.method === 'HEAD') response.writeHead(200, { 'content-length': 300_000 }).end();
    else response.writeHead(206).end(body.subarray(0, 65_536));
  });
  expect(await urlSource(server.url, quick).size()).toBe(300_000);
});

test('a stalled connection counts as broken', async () => {
  await using server = await startServer(
    (_, response) => void response.writeHead(206, { 'content-range': 'bytes 0-9/10' }).flushHeaders(),
  );
  const source = urlSource(server.url, { ...quick, stall: 40, attempts: 2 });
  await expect(source.size()).rejects.toThrow(/no byte for 40 ms/);
});

test('an abort ends a read at once, also while it waits for the next try', async () => {
  await using silent = await startServer(() => {});
  const reason = new Error('enough');
  const read = urlSource(silent.url, quick).read(0, 1, { signal: AbortSignal.abort(reason) });
  await expect(read).rejects.toBe(reason);
  for (const options of [quick, { backoff: 60_000, stall: 10 }]) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 60);
    await expect(urlSource(silent.url, options).size({ signal: controller.signal })).rejects.toBe(reason);
  }
});

test('a transport that ignores its signal cannot hang the reader', async () => {
  const source = urlSource('http://nowhere.invalid/', {
    attempts: 1,
    stall: 20,
    fetch: () => new Promise(() => {}),
  });
  await expect(source.size()).rejects.toThrow(/no byte for 20 ms/);
});

test('headers are sent, and data URLs work', async () => {
  let token: string | undefined;
  await using server = await startServer((request, response) => {
    token = request.headers.authorization;
    serveRange(request, response, body);
  });
  await urlSource(server.url, { ...quick, headers: { Authorization: 'Bearer x' } }).size();
  expect(token).toBe('Bearer x');
  expect(await urlSource('data:application/json,%7B%7D').read(0, 2)).toEqual(new TextEncoder().encode('{}'));
});
