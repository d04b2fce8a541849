import { expect, test } from 'vitest';
import { openSample } from './fixtures.ts';

test('the layer can be imported where there is no WebCodecs, and says so when it is used', async () => {
  const before = Object.keys(globalThis).length;
  const { decode, demux, encode, probe } = await import('../../src/codec/index.ts');
  expect(Object.keys(globalThis)).toHaveLength(before);
  const movie = await demux(await openSample('books'));
  await expect(decode(movie).next()).rejects.toMatchObject({ stage: 'decode', code: 'unsupported-codec' });
  await expect(probe(movie.file)).rejects.toMatchObject({ stage: 'decode', code: 'unsupported-codec' });
  const options = { width: 64, height: 64, timescale: 1, fps: 1 };
  await expect(encode([], options)).rejects.toMatchObject({ stage: 'encode', code: 'unsupported-codec' });
});
