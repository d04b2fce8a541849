// Byte-level BPE of CLIP (Radford et al. 2021), as CLIPTokenizer of transformers does it: vocab.json, merges.txt and
// tokenizer_config.json to ids and back.
import { WeightsError } from './errors.ts';

/** The contents of a tokenizer folder, parsed JSON where the file is JSON. */
export interface TokenizerFiles {
  /** Where they came from, for messages. */
  readonly name: string;
  /** vocab.json: token to id. */
  readonly vocab: unknown;
  /** merges.txt: a `#version` line, then one merge a line, best first. */
  readonly merges: string;
  /** tokenizer_config.json. */
  readonly config: unknown;
}

// The White_Space property of Unicode. JavaScript's \s lacks U+0085 and has U+FEFF.
const WHITE_SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/gu;
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^ \p{L}\p{N}]+/gu;
const END_OF_WORD = '</w>';
const MAX_CACHED_WORDS = 10_000;
/** Merging is quadratic in the length of a word: this keeps the longest one under a second. */
const MAX_TEXT = 10_000;

/** CLIP's tokenizer. Stateless to its callers; words are cached. */
export class Tokenizer {
  /** Ids of the special tokens. */
  readonly bos: number;
  readonly eos: number;
  readonly pad: number;
  /** Length that the text encoder takes, specials included (`model_max_length`). */
  readonly length: number;
  readonly #vocab: ReadonlyMap<string, number>;
  readonly #tokens: ReadonlyMap<number, string>;
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #specials: RegExp;
  readonly #words = new Map<string, readonly number[]>();

  /** Throws `WeightsError` if the files do not fit each other. */
  constructor({ name, vocab, merges, config }: TokenizerFiles) {
    this.#vocab = readVocab(name, vocab);
    this.#tokens = new Map([...this.#vocab].map(([token, id]) => [id, token]));
    this.#ranks = readMerges(name, merges, this.#vocab);
    for (const byte of BYTE_SYMBOLS) {
      for (const token of [byte, byte + END_OF_WORD]) this.#require(name, token, 'a token for every byte');
    }
    const settings = isRecord(config) ? config : {};
    const special = (key: string, fallback: string) => tokenText(settings[key]) ?? fallback;
    const bos = special('bos_token', '<|startoftext|>');
    const eos = special('eos_token', '<|endoftext|>');
    this.bos = this.#require(name, bos, 'the bos_token in the vocabulary');
    this.eos = this.#require(name, eos, 'the eos_token in the vocabulary');
    const pad = special('pad_token', eos);
    this.pad = this.#require(name, pad, 'the pad_token in the vocabulary');
    this.length = readLength(name, settings.model_max_length ?? 77);
    this.#specials = new RegExp(`(${[...new Set([bos, eos, pad])].map(escapeRegExp).join('|')})`, 'u');
  }

  /** Ids of `text` without specials around it, not truncated. Throws `RangeError` above 10,000 characters. */
  encode(text: string): number[] {
    if (text.length > MAX_TEXT) {
      throw new RangeError(`A prompt may have at most ${MAX_TEXT} characters, got ${text.length}.`);
    }
    // Special tokens are cut out before anything is normalised; at odd places stand what was between them.
    return text.split(this.#specials).flatMap((part, i) => {
      if (i % 2 === 1) return [this.#vocab.get(part)!];
      return [...normalise(part).matchAll(WORDS)].flatMap(([word]) => this.#word(word));
    });
  }

  /**
   * What a text encoder reads: bos, the ids of `text` as far as they fit, eos, pads; `length` ids.
   * Throws `RangeError` unless length is a whole number of at least 2.
   */
  ids(text: string, length = this.length): Int32Array<ArrayBuffer> {
    if (!Number.isSafeInteger(length) || length < 2) {
      throw new RangeError(`length is ${length}, allowed: whole numbers from 2.`);
    }
    const ids = new Int32Array(length).fill(this.pad);
    const inner = this.encode(text).slice(0, length - 2);
    ids.set([this.bos, ...inner, this.eos]);
    return ids;
  }

  /** Text of `ids`: words separated by spaces. Bytes that are not UTF-8 become U+FFFD; unknown ids throw `RangeError`. */
  decode(ids: Iterable<number>): string {
    const bytes: number[] = [];
    for (const id of ids) {
      const token = this.#tokens.get(id);
      if (token === undefined) throw new RangeError(`id is ${id}, allowed: ids of the vocabulary.`);
      const ends = token.endsWith(END_OF_WORD);
      const symbols = ends ? token.slice(0, -END_OF_WORD.length) : token;
      for (const symbol of symbols) bytes.push(SYMBOL_BYTES.get(symbol) ?? 0x3f);
      if (ends) bytes.push(0x20);
    }
    return new TextDecoder('utf-8', { ignoreBOM: true })
      .decode(Uint8Array.from(bytes))
      .replace(/^ +| +$/g, '');
  }

  #word(word: string): readonly number[] {
    const known = this.#words.get(word);
    if (known) return known;
    const ids = this.#merge(word).map((symbol) => this.#vocab.get(symbol)!);
    if (this.#words.size >= MAX_CACHED_WORDS) this.#words.clear();
    this.#words.set(word, ids);
    return ids;
  }

  // Joins the neighbours of the best rank everywhere, until no neighbours have one.
  #merge(word: string): string[] {
    let symbols = Array.from(new TextEncoder().encode(word), (byte) => BYTE_SYMBOLS[byte]!);
    symbols.push(symbols.pop()! + END_OF_WORD);
    for (;;) {
      let best = Infinity;
      let at = 0;
      for (let i = 0; i + 1 < symbols.length; i++) {
        const rank = this.#ranks.get(`${symbols[i]} ${symbols[i + 1]}`) ?? Infinity;
        if (rank < best) [best, at] = [rank, i];
      }
      if (best === Infinity) return symbols;
      const [left, right] = [symbols[at]!, symbols[at + 1]!];
      const joined: string[] = [];
      for (let i = 0; i < symbols.length; i++) {
        const match = symbols[i] === left && symbols[i + 1] === right;
        joined.push(match ? left + right : symbols[i]!);
        if (match) i++;
      }
      symbols = joined;
    }
  }

  #require(file: string, token: string, expected: string): number {
    const id = this.#vocab.get(token);
    if (id === undefined) throw new WeightsError({ file, expected, got: `none for '${token}'` });
    return id;
  }
}

// NFC, runs of white space to one space, lower case per code point: the whole string's toLowerCase() has the
// final-sigma rule, which the reference lacks.
function normalise(text: string): string {
  return Array.from(text.normalize('NFC').replace(WHITE_SPACE, ' '), (point) => point.toLowerCase()).join('');
}

// GPT-2's printable stand-ins: bytes that are printable stand for themselves, the others for U+0100 and up.
const BYTE_SYMBOLS: readonly string[] = /* @__PURE__ */ byteSymbols();
const SYMBOL_BYTES: ReadonlyMap<string, number> = /* @__PURE__ */ new Map(
  BYTE_SYMBOLS.map((symbol, byte) => [symbol, byte]),
);

function byteSymbols(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
    return String.fromCharCode(printable ? byte : next++);
  });
}

function readVocab(file: string, json: unknown): Map<string, number> {
  const entries = isRecord(json) ? Object.entries(json) : [];
  const valid = entries.every(([, id]) => Number.isSafeInteger(id) && (id as number) >= 0);
  if (entries.length === 0 || !valid || new Set(entries.map(([, id]) => id)).size !== entries.length) {
    throw new WeightsError({
      file,
      expected: 'vocab.json with a different whole number for every token',
      got: 'another',
    });
  }
  return new Map(entries as [string, number][]);
}

function readMerges(file: string, text: string, vocab: ReadonlyMap<string, number>): Map<string, number> {
  const lines = text
    .split(/\r?\n/)
    .filter((line, i) => line !== '' && !(i === 0 && line.startsWith('#version')));
  const ranks = new Map<string, number>();
  for (const [rank, line] of lines.entries()) {
    const [left, right, ...more] = line.split(' ');
    if (!left || !right || more.length > 0 || !vocab.has(left + right)) {
      const got = `'${line.slice(0, 80)}' as merge ${rank + 1}`;
      throw new WeightsError({ file, expected: 'merges.txt with two parts of a known token a line', got });
    }
    if (!ranks.has(line)) ranks.set(line, rank);
  }
  return ranks;
}

function readLength(file: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 2 && value <= 4096) return value;
  const got = JSON.stringify(value) ?? 'nothing';
  throw new WeightsError({ file, expected: 'a model_max_length from 2 to 4096', got });
}

// Older files write special tokens as objects.
function tokenText(value: unknown): string | undefined {
  const text = isRecord(value) ? value.content : value;
  return typeof text === 'string' ? text : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function escapeRegExp(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
