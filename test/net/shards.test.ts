import { expect, test } from 'vitest';
import { NotFoundError, WeightsError } from '../../src/net/errors.ts';
import { filesFolder } from '../../src/net/folder.ts';
import { openWeights } from '../../src/net/shards.ts';
import { soundFile } from './fixtures.ts';

const entry = (...bytes: number[]) => ({
  dtype: 'U8' as const,
  shape: [bytes.length],
  bytes: Uint8Array.from(bytes),
});
const one = soundFile({ a: entry(1), b: entry(2, 3) });
const two = soundFile({ c: entry(4) });
const PATH = 'unet/model.safetensors';
const index = (map: unknown) => JSON.stringify({ metadata: {}, weight_map: map });
const sound = index({ a: 'one.safetensors', b: 'one.safetensors', c: 'two.safetensors' });

function folder(files: Record<string, Uint8Array<ArrayBuffer> | string>) {
  return filesFolder([
    file('model/model_index.json', '{}'),
    ...Object.entries(files).map(([path, content]) => file(`model/unet/${path}`, content)),
  ]);
}

function file(path: string, content: Uint8Array<ArrayBuffer> | string): File {
  const made = new File([content], path.split('/').at(-1)!);
  return Object.defineProperty(made, 'webkitRelativePath', { value: path });
}

test('one file', async () => {
  const weights = await openWeights(folder({ 'model.safetensors': two }), PATH);
  expect((await weights.readTensor('c')).bytes).toEqual(Uint8Array.of(4));
});

test('shards read as one', async () => {
  const files = { 'model.safetensors.index.json': sound, 'one.safetensors': one, 'two.safetensors': two };
  const weights = await openWeights(folder(files), PATH);
  expect([...weights.tensors.keys()]).toEqual(['a', 'b', 'c']);
  expect((await weights.readTensor('c')).bytes).toEqual(Uint8Array.of(4));
  const seen: string[] = [];
  for await (const { name } of weights.stream({ wanted: (tensor) => tensor !== 'a' })) seen.push(name);
  expect(seen).toEqual(['b', 'c']);
  await expect(weights.readTensor('d')).rejects.toThrow(/tensor 'd': expected a tensor of this name/);
});

test('neither file nor index', async () => {
  await expect(openWeights(folder({}), PATH)).rejects.toThrow(NotFoundError);
  await expect(openWeights(folder({}), PATH)).rejects.toThrow(/unet\/model.safetensors was not found/);
});

test.each<[string, string, RegExp]>([
  [
    'a missing shard',
    sound,
    /unet\/two.safetensors: expected the shard that .*index.json lists, got no such file/,
  ],
  [
    'a tensor that is not there',
    index({ z: 'one.safetensors' }),
    /one.safetensors, tensor 'z': expected it here/,
  ],
  ['no weight_map', '{}', /expected a weight_map .*, got none/],
  ['null', 'null', /expected a weight_map/],
  ['no JSON', '{', /expected JSON/],
  ['numbers', index({ a: 1 }), /expected a weight_map to at most 1000 file names/],
  [
    'a path outside',
    index({ a: '../secret.safetensors' }),
    /a path inside the model folder, got 'unet\/..\/secret/,
  ],
  ['another site', index({ a: 'https://example.com/x' }), /a path inside the model folder/],
])('%s', async (_, json, message) => {
  const weights = openWeights(folder({ 'model.safetensors.index.json': json, 'one.safetensors': one }), PATH);
  const error: unknown = await weights.catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(WeightsError);
  expect((error as Error).message).toMatch(message);
});
