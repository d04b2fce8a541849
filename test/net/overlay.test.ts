import { describe, expect, test } from 'vitest';
import { WeightsError } from '../../src/net/errors.ts';
import { overlay } from '../../src/net/overlay.ts';
import { openSafetensors } from '../../src/net/safetensors.ts';
import { bytesSource } from '../../src/net/source.ts';
import { type Entry, soundFile } from './fixtures.ts';

const f32 = (...values: number[]): Entry => ({
  dtype: 'F32',
  shape: [values.length],
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});
const f16 = (shape: number[], ...bits: number[]): Entry => ({
  dtype: 'F16',
  shape,
  bytes: new Uint8Array(Uint16Array.from(bits).buffer),
});
const open = (name: string, entries: Record<string, Entry>) =>
  openSafetensors(bytesSource(soundFile(entries), name));
const own = () => open('own', { a: f32(1, 2), b: f32(3), c: f32(4, 5, 6) });

test('its tensors take the place of those of the same name, in any float type', async () => {
  const both = overlay(await own(), await open('tuned', { b: f16([1], 0x3c00), a: f32(8, 9) }));
  const seen: [string, string][] = [];
  for await (const { name, dtype } of both.stream()) seen.push([name, dtype]);
  expect(seen).toEqual([
    ['c', 'F32'],
    ['b', 'F16'],
    ['a', 'F32'],
  ]);
  expect([...both.tensors.keys()]).toEqual(['a', 'b', 'c']);
  expect(new Float32Array((await both.readTensor('a')).bytes.slice().buffer)).toEqual(Float32Array.of(8, 9));
  expect((await both.readTensor('c')).bytes.length).toBe(12);
  const some: string[] = [];
  for await (const { name } of both.stream({ wanted: (tensor) => tensor !== 'c' })) some.push(name);
  expect(some).toEqual(['b', 'a']);
});

test('a trailing one is no other shape', async () => {
  const both = overlay(await own(), await open('tuned', { a: f16([2, 1, 1], 0, 0) }));
  expect(both.tensors.get('a')!.shape).toEqual([2, 1, 1]);
});

describe('refused', () => {
  test.each<[string, Record<string, Entry>, string]>([
    [
      'a foreign tensor',
      { a: f32(1, 2), lora: f32(1) },
      "tuned, tensor 'lora': expected only tensors of own, such as 'a', got a name that it does not have.",
    ],
    ['another shape', { c: f32(1, 2) }, "tuned, tensor 'c': expected shape [3], got [2]."],
    [
      'integers',
      { b: { dtype: 'I32', shape: [1], bytes: new Uint8Array(4) } },
      "tuned, tensor 'b': expected a float element type, got I32.",
    ],
    ['nothing', {}, 'tuned: expected some tensors of own, got none.'],
  ])('%s', async (_, entries, message) => {
    const [base, tuned] = [await own(), await open('tuned', entries)];
    expect(() => overlay(base, tuned)).toThrow(WeightsError);
    expect(() => overlay(base, tuned)).toThrow(message);
  });
});
