import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { Tokenizer } from '../../src/net/tokenizer.ts';
import { loadJson, loadTensors } from '../tensors.ts';
import { clipFiles } from './clip_archive.ts';

const read = (path: string) => readFile(new URL(path, import.meta.url));

interface Prompt {
  readonly text: string;
  readonly ids: number[];
  readonly ids77_pad_eos: number[];
  readonly ids77_pad_0: number[];
  readonly decoded: string;
}

const archive = await read('../goldens/tokenizer/bpe_simple_vocab_16e6.txt.gz');
const files = clipFiles(archive);
const clip = new Tokenizer(files);
const clip2 = new Tokenizer(clipFiles(archive, { pad_token: '!', eos_token: { content: '<|endoftext|>' } }));
const prompts = await loadJson<Prompt[]>('tokenizer/prompts.json');

test('67 prompts', () => {
  expect(prompts).toHaveLength(67);
  expect([clip.bos, clip.eos, clip.pad, clip2.pad, clip.length]).toEqual([49406, 49407, 49407, 0, 77]);
});

test.each(prompts.map((prompt, i) => [i, prompt] as const))('prompt %i', (_, prompt) => {
  expect(clip.encode(prompt.text)).toEqual(prompt.ids);
  expect([...clip.ids(prompt.text)]).toEqual(prompt.ids77_pad_eos);
  expect([...clip2.ids(prompt.text)]).toEqual(prompt.ids77_pad_0);
  expect(clip.decode(prompt.ids)).toBe(prompt.decoded);
});

describe("the bundle's tokenizer", async () => {
  const folder = '../../weights/nano/tokenizer/';
  const text = async (name: string) => (await read(folder + name)).toString('utf8');
  const nano = new Tokenizer({
    name: 'nano',
    vocab: JSON.parse(await text('vocab.json')),
    merges: await text('merges.txt'),
    config: JSON.parse(await text('tokenizer_config.json')),
  });

  test("the text encoder golden's ids", async () => {
    const golden = await loadJson<{ prompts: string[] }>('nano/text_encoder.json');
    const tensors = await loadTensors('nano/text_encoder.safetensors');
    expect(golden.prompts.flatMap((prompt) => [...nano.ids(prompt)])).toEqual([...tensors['in.ids']!.data]);
  });

  test('any text comes back, words apart', () => {
    expect(nano.decode(nano.encode('Ein Bär 🐻 tanzt'))).toBe('ein bär 🐻 tanzt');
  });

  test('a long prompt is cut and still ends with eos', () => {
    const ids = nano.ids('robot '.repeat(500));
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([32, nano.bos, nano.eos]);
  });

  test.each([1, 0, -3, 2.5, NaN])('a length of %d is refused', (length) => {
    expect(() => nano.ids('a', length)).toThrow(/length is/);
  });

  test('the longest prompt ends soon, a longer one is refused', () => {
    const letters = Array.from({ length: 10_000 }, (_, i) =>
      String.fromCharCode(97 + ((i * i * 31) % 26)),
    ).join('');
    expect(nano.encode(letters).length).toBeGreaterThan(1000);
    expect(() => nano.encode(`${letters}a`)).toThrow(/at most 10000 characters, got 10001/);
  });

  test('an unknown id is refused', () => {
    expect(() => nano.decode([99999])).toThrow(/id is 99999/);
  });
});

describe('files that do not fit each other', () => {
  test.each([
    [{ vocab: null }, /expected vocab.json/],
    [{ vocab: { a: 0, b: 0 } }, /expected vocab.json/],
    [{ vocab: { a: -1 } }, /expected vocab.json/],
    [{ vocab: { a: 0 }, merges: '' }, /a token for every byte/],
    [{ merges: 'i n n\n' }, /two parts of a known token a line, got 'i n n' as merge 1/],
    [{ merges: '#version: 0.2\ni n\nqqq zzz\n' }, /got 'qqq zzz' as merge 2/],
    [{ config: { eos_token: '<end>' } }, /eos_token in the vocabulary, got none for '<end>'/],
    [{ config: { model_max_length: 1e30 } }, /model_max_length from 2 to 4096, got 1e\+30/],
  ])('%j', (change, message) => {
    expect(() => new Tokenizer({ ...files, ...change })).toThrow(message);
  });
});
