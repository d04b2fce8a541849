// Reader of one safetensors file over a range-readable source: the header is checked whole before any tensor is
// read, then tensors are read one by one or streamed in file order, so that a file never sits in memory.
// Format: https://huggingface.co/docs/safetensors: u64 header length, JSON header, packed little-endian tensors.
import { WeightsError } from './errors.ts';
import { parseHeader, type TensorInfo } from './safetensors-header.ts';
import type { ByteSource, ReadOptions } from './source.ts';

/** One tensor as stored: little-endian `bytes` whose `byteOffset` is a multiple of 8, row-major `shape`. */
export interface TensorBytes extends Pick<TensorInfo, 'name' | 'dtype' | 'shape'> {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Options of `TensorReader.stream`. */
export interface StreamOptions extends ReadOptions {
  /** Which tensors to read; all when left out. */
  readonly wanted?: (name: string) => boolean;
}

/** Tensors by name, of one file or of several shards. */
export interface TensorReader {
  /** Path or URL, for messages. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** One tensor. Throws `WeightsError` if there is none of that name, and as `ByteSource.read` does. */
  readTensor(name: string, options?: ReadOptions): Promise<TensorBytes>;
  /**
   * The wanted tensors in file order, the next range being read while the caller works on this one. At most two
   * ranges are in memory: each 8 MiB, or one tensor where that is larger.
   */
  stream(options?: StreamOptions): AsyncGenerator<TensorBytes, void, undefined>;
}

/** Header bytes asked for together with the length: most headers then need a single read. */
const FIRST_READ = 64 * 1024;
const MAX_HEADER = 100 * 1024 * 1024;
const RANGE = 8 * 1024 * 1024;
/** Unwanted bytes between two wanted tensors that are cheaper to read than to skip with a second request. */
const MAX_GAP = 64 * 1024;

/** Opens a safetensors file. Throws `WeightsError` if its header is not sound, and as `ByteSource.read` does. */
export async function openSafetensors(source: ByteSource, options: ReadOptions = {}): Promise<TensorReader> {
  const { tensors, dataStart } = await readHeader(source, options);
  const ordered = [...tensors.values()].sort((a, b) => a.begin - b.begin || a.end - b.end);
  return {
    name: source.name,
    tensors,
    async readTensor(name, readOptions = {}) {
      const info = tensors.get(name);
      if (!info) throw missingTensor(source.name, name, tensors.size);
      return tensorOf(
        info,
        await source.read(dataStart + info.begin, dataStart + info.end, readOptions),
        info.begin,
      );
    },
    stream({ wanted = () => true, signal } = {}) {
      const ranges = coalesce(ordered.filter(({ name }) => wanted(name)));
      return streamRanges(source, dataStart, ranges, signal);
    },
  };
}

/** The error for a tensor that a network needs and `file` lacks. */
export function missingTensor(file: string, tensor: string, count: number): WeightsError {
  return new WeightsError({ file, tensor, expected: 'a tensor of this name', got: `${count} others` });
}

async function readHeader(source: ByteSource, options: ReadOptions) {
  const file = source.name;
  const size = await source.size(options);
  if (size < 8) throw new WeightsError({ file, expected: 'a safetensors file', got: `${size} bytes` });
  const first = await source.read(0, Math.min(size, FIRST_READ), options);
  const length = new DataView(first.buffer).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER)) {
    throw new WeightsError({
      file,
      expected: `a header of at most ${MAX_HEADER} bytes`,
      got: `${length} bytes`,
    });
  }
  const dataStart = 8 + Number(length);
  if (dataStart > size) {
    throw new WeightsError({ file, expected: `a header of ${length} bytes`, got: `a file of ${size} bytes` });
  }
  let header = first.subarray(8, dataStart);
  if (dataStart > first.length) {
    header = new Uint8Array(dataStart - 8);
    header.set(first.subarray(8));
    header.set(await source.read(first.length, dataStart, options), first.length - 8);
  }
  return { tensors: parseHeader(file, header, size - dataStart), dataStart };
}

/** Neighbouring tensors that are read together. */
type Range = readonly [TensorInfo, ...TensorInfo[]];

function coalesce(ordered: readonly TensorInfo[]): Range[] {
  const ranges: [TensorInfo, ...TensorInfo[]][] = [];
  for (const info of ordered) {
    const range = ranges.at(-1);
    if (range && info.end - range[0].begin <= RANGE && info.begin - range.at(-1)!.end <= MAX_GAP)
      range.push(info);
    else ranges.push([info]);
  }
  return ranges;
}

async function* streamRanges(
  source: ByteSource,
  dataStart: number,
  ranges: readonly Range[],
  signal: AbortSignal | undefined,
): AsyncGenerator<TensorBytes, void, undefined> {
  const stop = new AbortController(); // a caller that leaves the loop early must not leave a read behind
  const options = { signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal };
  const read = (range: Range | undefined) => {
    if (!range) return undefined;
    const bytes = source.read(dataStart + range[0].begin, dataStart + range.at(-1)!.end, options);
    bytes.catch(() => {}); // reported when it is awaited; never, if the caller has left by then
    return bytes;
  };
  try {
    let next = read(ranges[0]);
    for (const [i, range] of ranges.entries()) {
      const bytes = await next!;
      next = read(ranges[i + 1]);
      for (const info of range) {
        signal?.throwIfAborted();
        yield tensorOf(info, bytes, range[0].begin);
      }
    }
  } finally {
    stop.abort();
  }
}

function tensorOf(
  { name, dtype, shape, begin, end }: TensorInfo,
  range: Uint8Array<ArrayBuffer>,
  rangeBegin: number,
) {
  const part = range.subarray(begin - rangeBegin, end - rangeBegin);
  return { name, dtype, shape, bytes: part.byteOffset % 8 === 0 ? part : part.slice() };
}
