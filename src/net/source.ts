// Where bytes come from: anything that can be read by range. Files and memory are here, HTTP is in http.ts.
import { WeightsError } from './errors.ts';

/** What every call that moves bytes takes. */
export interface ReadOptions {
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A file that can be read by range, never as a whole unless asked to. */
export interface ByteSource {
  /** Path or URL, for messages. */
  readonly name: string;
  /** Size in bytes. Throws as `read` does. */
  size(options?: ReadOptions): Promise<number>;
  /** What changes when the content does (an ETag, a date); undefined where the source doesn't know. */
  version?(options?: ReadOptions): Promise<string | undefined>;
  /**
   * The bytes [start, end), exactly. The result belongs to the caller, its `byteOffset` is 0.
   * Throws `WeightsError` if the file ends before `end`, `NotFoundError`, `DownloadError`, the abort reason.
   */
  read(start: number, end: number, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>>;
}

/** Refuses a range that does not lie in a file of `size` bytes: a truncated file, most often. */
export function checkRange(name: string, start: number, end: number, size: number): void {
  if (start >= 0 && start <= end && end <= size) return;
  throw new WeightsError({
    file: name,
    expected: `bytes ${start} to ${end}`,
    got: `a file of ${size} bytes`,
  });
}

/** Bytes that are in memory already. Reads copy. */
export function bytesSource(bytes: Uint8Array, name = 'bytes'): ByteSource {
  return {
    name,
    size: () => Promise.resolve(bytes.byteLength),
    read(start, end, options) {
      return Promise.resolve().then(() => {
        options?.signal?.throwIfAborted();
        checkRange(name, start, end, bytes.byteLength);
        return new Uint8Array(bytes.subarray(start, end));
      });
    },
  };
}

/** Whether two files are the same one, unchanged, as far as name, size and version tell. */
export async function sameSource(a: ByteSource | undefined, b: ByteSource | undefined): Promise<boolean> {
  if (a === b) return true;
  if (a?.name !== b?.name) return false;
  const [version, other] = await Promise.all([a?.version?.(), b?.version?.()]);
  return version !== undefined && version === other && (await a!.size()) === (await b!.size());
}

/** A `Blob` or `File`: only the ranges read are ever in memory. */
export function blobSource(blob: Blob, name = blob instanceof File ? blob.name : 'blob'): ByteSource {
  return {
    name,
    size: () => Promise.resolve(blob.size),
    ...(blob instanceof File && { version: () => Promise.resolve(String(blob.lastModified)) }),
    async read(start, end, options) {
      options?.signal?.throwIfAborted();
      checkRange(name, start, end, blob.size);
      const bytes = await blob
        .slice(start, end)
        .arrayBuffer()
        .catch((cause: unknown) => {
          // A chosen file that was changed, moved or unplugged since can't be read any more.
          const got = cause instanceof Error ? cause.message : String(cause);
          throw new WeightsError({ file: name, expected: 'a file that can be read', got }, { cause });
        });
      options?.signal?.throwIfAborted();
      return new Uint8Array(bytes);
    },
  };
}

/** The whole of a small file (config, vocabulary); refuses one above `limit` bytes before reading it. */
export async function readAll(
  source: ByteSource,
  { limit, signal }: ReadOptions & { readonly limit: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const options = signal ? { signal } : {};
  const size = await source.size(options);
  if (size > limit) {
    throw new WeightsError({ file: source.name, expected: `at most ${limit} bytes`, got: `${size} bytes` });
  }
  return source.read(0, size, options);
}
