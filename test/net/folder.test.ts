import { expect, test } from 'vitest';
import { NotFoundError, WeightsError } from '../../src/net/errors.ts';
import { filesFolder, hubFolder, mappedFolder, urlFolder } from '../../src/net/folder.ts';
import { serveRange, startServer } from './server.ts';

const encode = (text: string) => new TextEncoder().encode(text);

test('a folder on a server', async () => {
  let path: string | undefined;
  await using server = await startServer((request, response) => {
    path = request.url;
    if (path?.endsWith('config.json')) serveRange(request, response, encode('{"a":1}'));
    else response.writeHead(404).end();
  });
  const folder = urlFolder(`${server.url}/nano`);
  expect(await folder.json('unet/config.json')).toEqual({ a: 1 });
  expect(path).toBe('/nano/unet/config.json');
  await folder.json('a b/#?config.json');
  expect(path).toBe('/nano/a%20b/%23%3Fconfig.json');
  await expect(folder.json('vae/none.json')).rejects.toThrow(NotFoundError);
});

test('a hub', async () => {
  let path: string | undefined;
  await using server = await startServer((request, response) => {
    path = request.url;
    serveRange(request, response, encode('[]'));
  });
  await hubFolder('org/model', { host: server.url, revision: 'v1/x' }).json('model_index.json');
  expect(path).toBe('/org/model/resolve/v1%2Fx/model_index.json');
  expect(hubFolder('org/model').name).toBe('https://huggingface.co/org/model/resolve/main/');
});

test('files at any URLs', async () => {
  const folder = mappedFolder('bundle', (path) =>
    path === 'a.json' ? 'data:application/json,[1]' : undefined,
  );
  expect(await folder.json('a.json')).toEqual([1]);
  await expect(folder.json('b.json')).rejects.toThrow(/b.json was not found: it is not in bundle/);
});

test.each([
  [['top/model_index.json', 'top/unet/config.json']],
  [['a/b/model_index.json', 'a/b/unet/config.json', 'a/b/old/model_index.json']],
  [['model_index.json', 'unet/config.json']],
  [['top/unet/config.json', 'top/vae/config.json']],
])('chosen files %j', async (paths) => {
  const files = paths.map((path) =>
    Object.defineProperty(new File([JSON.stringify(path)], path.split('/').at(-1)!), 'webkitRelativePath', {
      value: path,
    }),
  );
  expect(await filesFolder(files).json('unet/config.json')).toBe(
    paths.find((path) => path.endsWith('unet/config.json')),
  );
});

test('bad files and paths', async () => {
  const folder = filesFolder([new File([Uint8Array.of(0xff)], 'x.json'), new File(['{'], 'y.json')]);
  await expect(folder.text('x.json')).rejects.toThrow(/x.json: expected UTF-8 text/);
  await expect(folder.json('y.json')).rejects.toThrow(/y.json: expected JSON/);
  for (const path of ['../x', '/x', 'a//b', 'https://example.com/x', 'a\\b', '', '.']) {
    expect(() => folder.open(path)).toThrow(WeightsError);
  }
  await expect(filesFolder([]).json('model_index.json')).rejects.toThrow(NotFoundError);
});

test('a text file above 32 MiB is refused before it is read', async () => {
  const folder = filesFolder([new File([new Uint8Array(32 * 1024 * 1024 + 1)], 'vocab.json')]);
  await expect(folder.json('vocab.json')).rejects.toThrow(/at most 33554432 bytes, got 33554433 bytes/);
});
