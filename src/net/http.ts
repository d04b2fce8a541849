// Bytes over HTTP by range. A cut connection is resumed at the byte it broke off; a server without ranges is read once
// into a Blob, which the browser may keep on disk.
import { DownloadError, NotFoundError } from './errors.ts';
import { blobSource, checkRange, type ByteSource, type ReadOptions } from './source.ts';

/** Bytes received so far, over all reads, and the size of the file (0 where the server doesn't tell it). */
export interface Progress {
  readonly loaded: number;
  readonly total: number;
}

/** Options of `urlSource`. */
export interface HttpOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly onProgress?: (progress: Progress) => void;
  /** Tries per read before it fails; 5 when left out. */
  readonly attempts?: number;
  /** Wait before the second try in milliseconds, doubled each time; 300 when left out. */
  readonly backoff?: number;
  /** A connection that brings no byte for this long counts as broken, in milliseconds; 30,000 when left out. */
  readonly stall?: number;
  /** For tests and for callers with their own transport. */
  readonly fetch?: typeof fetch;
}

/** Bytes asked for to learn the size: a safetensors header or a whole config mostly fits. */
const HEAD = 64 * 1024;

/** What the first answer told. */
interface Opened {
  readonly size: number;
  readonly version: string | undefined;
  /** The first bytes, or all of them as a Blob if the server has no ranges. */
  readonly head: Uint8Array<ArrayBuffer>;
  readonly whole?: ByteSource;
}

/**
 * The file at `url`. Nothing is requested before the first `size`, `version` or `read`.
 * Throws `NotFoundError` for 404 and 410, `DownloadError` for other refusals, for a file that changes between reads,
 * and when all tries are used up.
 */
export function urlSource(url: string, options: HttpOptions = {}): ByteSource {
  const connection = new Connection(url, options);
  return {
    name: url,
    size: async (read = {}) => (await connection.open(read.signal)).size,
    version: async (read = {}) => (await connection.open(read.signal)).version,
    read: (start, end, read = {}) => connection.read(start, end, read),
  };
}

class Connection {
  readonly #url: string;
  readonly #options: HttpOptions;
  #opened: Opened | undefined;
  #loaded = 0;

  constructor(url: string, options: HttpOptions) {
    this.#url = url;
    this.#options = options;
  }

  async open(signal: AbortSignal | undefined): Promise<Opened> {
    this.#opened ??= await this.#retry(signal, async (attempt) => {
      const { response, body } = await this.#request(0, HEAD, attempt);
      const version = versionOf(response);
      if (response.status === 416) return { size: 0, version, head: new Uint8Array(0) };
      if (response.status === 200) {
        const blob = await new Response(
          this.#counted(body, Number(response.headers.get('content-length'))),
        ).blob();
        return { size: blob.size, version, head: new Uint8Array(0), whole: blobSource(blob, this.#url) };
      }
      const size = totalOf(response) ?? (await this.#sizeByHead(attempt));
      const head = new Uint8Array(Math.min(size, HEAD));
      await this.#fill(head, 0, body, size);
      return { size, version, head };
    });
    return this.#opened;
  }

  async read(start: number, end: number, { signal }: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    const { size, version, head, whole } = await this.open(signal);
    if (whole) return whole.read(start, end, signal ? { signal } : {});
    checkRange(this.#url, start, end, size);
    const bytes = new Uint8Array(end - start);
    bytes.set(head.subarray(start, end));
    let position = Math.min(Math.max(head.length - start, 0), bytes.length);
    await this.#retry(signal, async (attempt) => {
      if (position === bytes.length) return;
      const { response, body } = await this.#request(start + position, end, attempt);
      const total = totalOf(response);
      const first = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
      if (first !== undefined && Number(first) !== start + position)
        throw new Error('the server sent another range');
      if (response.status !== 206 || versionOf(response) !== version || (total ?? size) !== size) {
        throw new DownloadError(
          this.#url,
          1,
          response.status,
          'the file changed while it was read: load it again',
        );
      }
      await this.#fill(bytes, position, body, size, (now) => (position = now));
    });
    return bytes;
  }

  // Runs `attempt` until it succeeds, fails for good (typed errors that no second try will mend), or tries run out.
  async #retry<T>(signal: AbortSignal | undefined, attempt: (scope: Attempt) => Promise<T>): Promise<T> {
    const { attempts = 5, backoff = 300, stall = 30_000 } = this.#options;
    for (let tries = 1; ; tries++) {
      signal?.throwIfAborted();
      const scope = new Attempt(signal, stall);
      try {
        return await attempt(scope);
      } catch (cause) {
        signal?.throwIfAborted();
        const final =
          cause instanceof NotFoundError || (cause instanceof DownloadError && !isTransient(cause.status));
        if (final) throw cause;
        if (tries >= attempts) {
          const status = cause instanceof DownloadError ? cause.status : undefined;
          throw new DownloadError(this.#url, tries, status, reason(cause), { cause });
        }
      } finally {
        scope.end();
      }
      await wait(backoff * 2 ** (tries - 1), signal);
    }
  }

  async #request(start: number, end: number, attempt: Attempt, method = 'GET') {
    const range: Record<string, string> = method === 'GET' ? { Range: `bytes=${start}-${end - 1}` } : {};
    const response = await attempt.race(
      (this.#options.fetch ?? fetch)(this.#url, {
        method,
        headers: { ...this.#options.headers, ...range },
        signal: attempt.signal,
      }),
    );
    const { status } = response;
    if (status === 404 || status === 410) throw new NotFoundError(this.#url, `the server answered ${status}`);
    const empty = status === 416 && totalOf(response) === 0;
    if (!response.ok && !empty)
      throw new DownloadError(this.#url, 1, status, `the server answered ${status}`);
    return { response, body: attempt.chunks(response) };
  }

  // Cross-origin servers may hide Content-Range; Content-Length is always shown.
  async #sizeByHead(attempt: Attempt): Promise<number> {
    const { response } = await this.#request(0, 0, attempt, 'HEAD');
    const length = response.headers.get('content-length');
    if (length !== null) return Number(length);
    throw new DownloadError(this.#url, 1, 206, 'the server shows neither Content-Range nor Content-Length');
  }

  async #fill(
    into: Uint8Array,
    from: number,
    body: AsyncIterable<Uint8Array>,
    total: number,
    moved?: (position: number) => void,
  ): Promise<void> {
    let position = from;
    for await (const chunk of this.#counting(body, total)) {
      if (position + chunk.length > into.length) throw new Error('the server sent more than was asked for');
      into.set(chunk, position);
      position += chunk.length;
      moved?.(position);
    }
    if (position < into.length) throw new Error(`the connection ended ${into.length - position} bytes early`);
  }

  async *#counting(body: AsyncIterable<Uint8Array>, total: number): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of body) {
      this.#loaded += chunk.length;
      this.#options.onProgress?.({ loaded: this.#loaded, total });
      yield chunk;
    }
  }

  #counted(body: AsyncIterable<Uint8Array>, total: number): ReadableStream<Uint8Array> {
    const chunks = this.#counting(body, total);
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        const chunk: IteratorResult<Uint8Array, void> = await chunks.next();
        if (chunk.done) controller.close();
        else controller.enqueue(chunk.value);
      },
    });
  }
}

/** One try: its own abort, which the caller's signal and the stall clock both pull. */
class Attempt {
  readonly #controller = new AbortController();
  readonly #stall: number;
  readonly #outer: AbortSignal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(outer: AbortSignal | undefined, stall: number) {
    this.#outer = outer;
    this.#stall = stall;
    outer?.addEventListener('abort', this.#abort, { once: true });
    this.#restart();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** `promise`, or the abort if that comes first: a transport that ignores its signal can't hang the reader. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(asError(this.signal.reason));
      if (this.signal.aborted) stop();
      this.signal.addEventListener('abort', stop, { once: true });
      promise.then(resolve, reject).finally(() => this.signal.removeEventListener('abort', stop));
    });
  }

  /** The body's chunks as they come. */
  async *chunks(response: Response): AsyncGenerator<Uint8Array> {
    const reader = response.body?.getReader();
    if (!reader) return;
    for (;;) {
      const chunk: ReadableStreamReadResult<Uint8Array> = await this.race(reader.read());
      if (chunk.done) return;
      this.#restart();
      yield chunk.value;
    }
  }

  /** Closes what is still open. */
  end(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#abort);
    this.#controller.abort();
  }

  readonly #abort = () => this.#controller.abort(this.#outer?.reason);

  #restart(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#controller.abort(new Error(`no byte for ${this.#stall} ms`)),
      this.#stall,
    );
  }
}

function versionOf(response: Response): string | undefined {
  return response.headers.get('etag') ?? response.headers.get('last-modified') ?? undefined;
}

function totalOf(response: Response): number | undefined {
  const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
}

function isTransient(status: number | undefined): boolean {
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message;
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}

function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(asError(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
