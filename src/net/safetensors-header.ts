// Parses and checks a safetensors header. Every number in it is foreign: nothing is read or allocated by it before
// shapes, element types and offsets are known to fit each other and the file.
import { DTYPE_BYTES, isDType, type DType } from './dtype.ts';
import { WeightsError } from './errors.ts';

/** Where a tensor lies: bytes [begin, end) of the data section, row-major `shape`. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const MAX_TENSORS = 100_000;
const MAX_DIMENSIONS = 16;
/** Header, entry, shape. */
const MAX_NESTING = 3;

/**
 * Tensors by name of a header, whose data section has `dataBytes`. Throws `WeightsError` unless every tensor's size
 * is its shape times its element size and the tensors fill the data section without hole or overlap.
 */
export function parseHeader(file: string, header: Uint8Array, dataBytes: number): Map<string, TensorInfo> {
  const entries = Object.entries(parseJson(file, header)).filter(([name]) => name !== '__metadata__');
  if (entries.length > MAX_TENSORS) {
    throw new WeightsError({ file, expected: `at most ${MAX_TENSORS} tensors`, got: `${entries.length}` });
  }
  const tensors = new Map(entries.map(([name, entry]) => [name, parseEntry(file, name, entry, dataBytes)]));
  checkPacked(file, tensors, dataBytes);
  return tensors;
}

function parseJson(file: string, header: Uint8Array): object {
  let json: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(header);
    checkOutline(file, text);
    json = JSON.parse(text);
  } catch (cause) {
    if (cause instanceof WeightsError) throw cause;
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new WeightsError({ file, expected: 'a JSON header in UTF-8', got }, { cause });
  }
  if (!isRecord(json))
    throw new WeightsError({ file, expected: 'a JSON object as header', got: describe(json) });
  return json;
}

function parseEntry(file: string, tensor: string, entry: unknown, dataBytes: number): TensorInfo {
  const fail = (expected: string, got: string) => new WeightsError({ file, tensor, expected, got });
  if (!isRecord(entry)) throw fail('dtype, shape and data_offsets', describe(entry));
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isDType(dtype)) throw fail(`a dtype among ${Object.keys(DTYPE_BYTES).join(', ')}`, describe(dtype));
  if (!isSizes(shape) || shape.length > MAX_DIMENSIONS) {
    throw fail(`a shape of at most ${MAX_DIMENSIONS} whole numbers`, describe(shape));
  }
  const [begin, end] = isSizes(offsets) && offsets.length === 2 ? offsets : [];
  if (begin === undefined || end === undefined || begin > end || end > dataBytes) {
    throw fail(`data_offsets within the file's ${dataBytes} bytes of data`, describe(offsets));
  }
  const bytes = shape.reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
  if (bytes !== end - begin)
    throw fail(`${bytes} bytes for ${dtype} [${shape.join(', ')}]`, `${end - begin} bytes`);
  return { name: tensor, dtype, shape, begin, end };
}

function checkPacked(file: string, tensors: ReadonlyMap<string, TensorInfo>, dataBytes: number): void {
  let end = 0;
  for (const info of [...tensors.values()].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (info.begin !== end) {
      const what = info.begin < end ? 'an overlap with the tensor before' : 'a hole before it';
      throw new WeightsError({
        file,
        tensor: info.name,
        expected: `data from byte ${end}`,
        got: `from byte ${info.begin}: ${what}`,
      });
    }
    end = info.end;
  }
  if (end !== dataBytes) {
    throw new WeightsError({ file, expected: `${end} bytes of data`, got: `${dataBytes}` });
  }
}

// What JSON.parse can't be asked to do: it keeps the last of two equal keys without a word, and takes a minute for
// megabytes of brackets. A string at depth 1 that a colon follows is a key. Scanned by hand: a regular expression's
// stack overflows on long strings. `text` may be no JSON at all; JSON.parse finds that out afterwards.
function checkOutline(file: string, text: string): void {
  const seen = new Set<string>();
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '}' || character === ']') depth--;
    else if (character === '{' || character === '[') {
      depth++;
      if (depth > MAX_NESTING)
        throw new WeightsError({ file, expected: 'a header of entries', got: 'deeper nesting' });
    } else if (character === '"') {
      const start = i;
      i = closingQuote(text, start);
      if (depth !== 1 || !isKeyEnd(text, i + 1)) continue;
      const tensor = JSON.parse(text.slice(start, i + 1)) as string;
      if (seen.has(tensor))
        throw new WeightsError({ file, tensor, expected: 'one entry in the header', got: 'two' });
      seen.add(tensor);
    }
  }
}

function closingQuote(text: string, openingQuote: number): number {
  let end = openingQuote;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end === -1) return text.length;
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}

function isKeyEnd(text: string, from: number): boolean {
  let i = from;
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i++;
  return text[i] === ':';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
