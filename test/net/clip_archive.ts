// The published vocab.json and merges.txt of CLIP, from the archive they were made of (test/goldens/tokenizer/README.md).
import { gunzipSync } from 'node:zlib';
import type { TokenizerFiles } from '../../src/net/tokenizer.ts';

/** CLIP's files of `archive` (bpe_simple_vocab_16e6.txt.gz), with `config` as tokenizer_config.json. */
export function clipFiles(archive: Uint8Array, config: unknown = {}): TokenizerFiles {
  const merges = gunzipSync(archive).toString('utf8').split('\n').slice(1, 48895);
  const printable = [...Array(256).keys()].filter((b) => (b >= 33 && b <= 126) || (b >= 161 && b !== 173));
  const others = [...Array(256).keys()].filter((b) => !printable.includes(b)).map((_, i) => 256 + i);
  const symbols = [...printable, ...others].map((code) => String.fromCharCode(code));
  const tokens = [
    ...symbols,
    ...symbols.map((symbol) => `${symbol}</w>`),
    ...merges.map((line) => line.replace(' ', '')),
    '<|startoftext|>',
    '<|endoftext|>',
  ];
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  return { name: 'clip', vocab, merges: `#version: 0.2\n${merges.join('\n')}\n`, config };
}
