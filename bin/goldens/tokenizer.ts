import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '../../src/net/tokenizer.ts';
import { clipFiles } from '../../test/net/clip_archive.ts';
import { loadJson } from '../../test/tensors.ts';
import type { Runner } from './cases.ts';
import { type Check, EXACT } from './check.ts';

interface Prompt {
  readonly text: string;
  readonly ids: number[];
  readonly ids77_pad_eos: number[];
  readonly ids77_pad_0: number[];
  readonly decoded: string;
}

/** CLIP's published vocabulary on every prompt: ids, padded with either token, and text from ids. */
export const tokenizer: Runner = async ({ folder }) => {
  const prompts = await loadJson<Prompt[]>(join(folder, 'prompts.json'));
  const archive = await readFile(join(folder, 'bpe_simple_vocab_16e6.txt.gz'));
  const clip = new Tokenizer(clipFiles(archive));
  const padded = new Tokenizer(
    clipFiles(archive, { pad_token: '!', eos_token: { content: '<|endoftext|>' } }),
  );
  const check = (output: string, want: number[][], got: number[][]): Check => ({
    output,
    want: joined(want),
    got: joined(got),
    bounds: EXACT,
  });
  const points = (text: string) => Array.from(text, (character) => character.codePointAt(0)!);
  const texts = prompts.map(({ text }) => text);
  return [
    check(
      'ids',
      prompts.map(({ ids }) => ids),
      texts.map((text) => [...clip.encode(text)]),
    ),
    check(
      'ids77_pad_eos',
      prompts.map((prompt) => prompt.ids77_pad_eos),
      texts.map((text) => [...clip.ids(text)]),
    ),
    check(
      'ids77_pad_0',
      prompts.map((prompt) => prompt.ids77_pad_0),
      texts.map((text) => [...padded.ids(text)]),
    ),
    check(
      'decoded',
      prompts.map(({ decoded }) => points(decoded)),
      prompts.map(({ ids }) => points(clip.decode(ids))),
    ),
  ];
};

/** Rows one after the other, each closed by −1, so that a shifted end shows. */
function joined(rows: readonly (readonly number[])[]): number[] {
  return rows.flatMap((row) => [...row, -1]);
}
