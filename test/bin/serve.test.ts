import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { servePage, type PageServer } from '../../bin/serve.ts';
import { WriteError, assertWritable, writeAtomically } from '../../bin/write-atomically.ts';

let folder: string;
let server: PageServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refilm-serve-'));
  await mkdir(join(folder, 'page'));
  await writeFile(join(folder, 'page', 'index.html'), '<title>page</title>');
  await writeFile(join(folder, 'page', 'a b.wasm'), 'wasm');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(folder, 'clip.mp4'), '0123456789');
  await writeFile(join(folder, 'empty.mp4'), '');
  server = await servePage(join(folder, 'page'));
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

describe('the page server', () => {
  test('serves the folder with the right types', async () => {
    const index = await fetch(`${server.origin}/`);
    expect([index.status, index.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await index.text()).toBe('<title>page</title>');
    expect((await fetch(`${server.origin}/a%20b.wasm?x=1`)).headers.get('content-type')).toBe(
      'application/wasm',
    );
    expect((await fetch(`${server.origin}/missing.js`)).status).toBe(404);
    expect((await fetch(`${server.origin}/`, { method: 'DELETE' })).status).toBe(405);
  });

  test('answers carry versions where they are asked for', async () => {
    expect((await fetch(`${server.origin}/`)).headers.get('etag')).toBeNull();
    await using versioned = await servePage(join(folder, 'page'), { versions: true });
    const first = (await fetch(`${versioned.origin}/`)).headers.get('etag');
    expect(first).toMatch(/^"[0-9a-z]+-[0-9a-z]+"$/);
    expect((await fetch(`${versioned.origin}/`)).headers.get('etag')).toBe(first);
    expect((await fetch(`${versioned.origin}/a%20b.wasm`)).headers.get('etag')).not.toBe(first);
  });

  test.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/x/../../secret.txt',
    '/%00',
    '/%zz',
  ])('keeps %s inside the folder', async (path) => {
    expect([400, 404]).toContain(await rawStatus(path));
  });

  test.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=8-', 206, '89', 'bytes 8-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-30', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=9-99', 206, '9', 'bytes 9-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=5-2', 416, '', 'bytes */10'],
    ['bytes=0-1,3-4', 200, '0123456789', null],
    ['lines=1-2', 200, '0123456789', null],
  ])('answers the range %s', async (range, status, body, contentRange) => {
    const response = await fetch(server.addFile(join(folder, 'clip.mp4')), { headers: { range } });
    expect([response.status, await response.text(), response.headers.get('content-range')]).toEqual([
      status,
      body,
      contentRange,
    ]);
  });

  test('serves an empty file, whole and by range', async () => {
    const url = server.addFile(join(folder, 'empty.mp4'));
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url, { headers: { range: 'bytes=0-' } })).status).toBe(416);
  });

  test('a sink takes one upload', async () => {
    const target = join(folder, 'out.mp4');
    const sink = server.addSink(target);
    const response = await fetch(sink.url, { method: 'PUT', body: 'result' });
    expect(await response.json()).toEqual({ bytes: 6 });
    expect(await sink.written).toBe(6);
    expect(await readFile(target, 'utf8')).toBe('result');
    expect((await fetch(sink.url, { method: 'PUT', body: 'again' })).status).toBe(404);
  });

  test('tells both sides that a target cannot be written, after reading a large upload to its end', async () => {
    const sink = server.addSink(join(folder, 'missing', 'out.mp4'));
    const response = await fetch(sink.url, { method: 'POST', body: new Uint8Array(8 << 20) });
    expect(response.status).toBe(507);
    expect(await response.json()).toMatchObject({ name: 'WriteError', code: 'ENOENT' });
    await expect(sink.written).rejects.toMatchObject({ name: 'WriteError', code: 'ENOENT' });
  });

  test('a store keeps texts by name, whatever the name', async () => {
    const store = server.addStore(join(folder, 'made', 'store'));
    const place = store + encodeURIComponent('../a|b/c?');
    expect((await fetch(place)).status).toBe(404);
    for (const body of ['one', 'two']) expect((await fetch(place, { method: 'PUT', body })).status).toBe(200);
    expect(await (await fetch(place)).text()).toBe('two');
    expect((await fetch(`${store}other`)).status).toBe(404);
    expect(await readdir(join(folder, 'made', 'store'))).toHaveLength(1);
  });

  test('an upload that breaks off leaves the old file', async () => {
    const target = join(folder, 'kept.mp4');
    await writeFile(target, 'old');
    const sink = server.addSink(target);
    const upload = request(sink.url, { method: 'PUT', headers: { 'content-length': 100 } }).on(
      'error',
      () => {},
    );
    upload.write('new', () => setTimeout(() => upload.destroy(), 50));
    await expect(sink.written).rejects.toMatchObject({ code: 'INCOMPLETE' });
    expect(await readFile(target, 'utf8')).toBe('old');
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

describe('writeAtomically', () => {
  test('a full disk leaves nothing', async () => {
    const full = (async function* () {
      yield new Uint8Array(10);
      throw await Promise.resolve(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
    })();
    const target = join(folder, 'full.mp4');
    const error = await writeAtomically(target, full).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WriteError);
    expect((error as WriteError).message).toContain('the disk is full');
    expect((await readdir(folder)).filter((name) => name.includes('full.mp4'))).toEqual([]);
  });

  test.each([
    ['', 'EISDIR'],
    ['secret.txt/out.mp4', 'ENOTDIR'],
    ['missing/out.mp4', 'ENOENT'],
  ])('assertWritable refuses "%s" (%s)', async (path, code) => {
    await expect(assertWritable(join(folder, path))).rejects.toMatchObject({ name: 'WriteError', code });
    await expect(assertWritable(join(folder, 'new.mp4'))).resolves.toBeUndefined();
  });
});

/** Status of a request whose path no client has tidied. */
function rawStatus(path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(server.origin);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
}
