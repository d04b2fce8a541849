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
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(header);
    json = JSON.parse(text);
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new WeightsError({ file, expected: 'a JSON header in UTF-8', got }, { cause });
  }
  if (!isRecord(json))
    throw new WeightsError({ file, expected: 'a JSON object as header', got: describe(json) });
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined) {
    throw new WeightsError({ file, tensor: duplicate, expected: 'one entry in the header', got: 'two' });
  }
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

// JSON.parse keeps the last of two equal keys without a word, so the outer object's keys are scanned: in `text`, known
// to be valid JSON, a string at depth 1 that a colon follows is a key.
function duplicateKey(text: string): string | undefined {
  const seen = new Set<string>();
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
  let depth = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [found, colon] = match;
    if (found === '{' || found === '[') depth++;
    else if (found === '}' || found === ']') depth--;
    else if (depth === 1 && colon !== undefined) {
      const key = JSON.parse(found.slice(0, -colon.length)) as string;
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
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
