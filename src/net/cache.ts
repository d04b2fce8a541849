// A browser cache under a byte source: blocks of a file in the Cache API, so that an interrupted download goes on where
// it stopped and the next visit downloads nothing. Whatever fails here only costs the cache, never the read.
import { DownloadError } from './errors.ts';
import { checkRange, type ByteSource, type ReadOptions } from './source.ts';

/** The part of the Cache API that is used. */
export type BlockCache = Pick<Cache, 'match' | 'put' | 'delete'>;

/** Query parameter by which entries of one file are told apart. */
const PARAMETER = 'refilm-cache';
const BLOCK = 4 * 1024 * 1024;
/** A cache that takes longer is treated as broken. */
const PATIENCE = 5000;

/** Opens the browser's cache of models; undefined where there is none (node, SSR, an insecure page, private mode). */
export async function openModelCache(name = 'refilm-models'): Promise<Cache | undefined> {
  if (typeof caches === 'undefined') return undefined;
  return within(PATIENCE, () => caches.open(name)).catch(() => undefined);
}

/**
 * Deletes what `cache` holds of files other than `urls`: a bundler gives a file of new content a new address, and nobody
 * asks for the old one again. A cache that fails keeps it.
 */
export async function pruneCache(
  cache: Pick<Cache, 'keys' | 'delete'>,
  urls: Iterable<string>,
): Promise<void> {
  const kept = new Set(urls);
  await within(PATIENCE, async () => {
    for (const { url } of await cache.keys()) {
      const file = new URL(url);
      file.searchParams.delete(PARAMETER);
      if (!kept.has(file.href)) await cache.delete(url);
    }
  }).catch(() => undefined);
}

interface Identity {
  readonly size: number;
  readonly version: string | undefined;
}

/**
 * `source` behind `cache`, under its name, which must be an http(s) URL. The source is asked for size and version once
 * per object; with no network, what was cached last is taken. A file without a version is not cached. Reading throws
 * `DownloadError` where what was taken turns out to be of an older version than what has to be downloaded.
 */
export function cachedSource(source: ByteSource, cache: BlockCache, patience = PATIENCE): ByteSource {
  const store = new Store(source.name, cache, patience);
  let identity: Promise<Identity> | undefined;
  const identify = (options: ReadOptions) => {
    identity ??= resolveIdentity(source, store, options);
    identity.catch(() => (identity = undefined)); // a failed or aborted try must not stick
    return identity;
  };
  /** What was taken of a host that could not be reached may be old: blocks of two versions are no file. */
  const expectVersion = async (version: string, options: ReadOptions): Promise<void> => {
    if ((await source.version?.(options)) === version) return;
    identity = undefined;
    unreachable.delete(new URL(source.name).host);
    throw new DownloadError(
      source.name,
      1,
      undefined,
      'the file has changed since it was cached: load it again',
    );
  };
  return {
    name: source.name,
    size: async (options = {}) => (await identify(options)).size,
    version: async (options = {}) => (await identify(options)).version,
    async read(start, end, options = {}) {
      const { size, version } = await identify(options);
      if (version === undefined) return source.read(start, end, options);
      checkRange(source.name, start, end, size);
      const bytes = new Uint8Array(end - start);
      for (let block = Math.floor(start / BLOCK); block * BLOCK < end; block++) {
        options.signal?.throwIfAborted();
        const [from, to] = [block * BLOCK, Math.min((block + 1) * BLOCK, size)];
        const key = blockKey(version, block);
        let content = await store.get(key);
        if (content?.length !== to - from) {
          await expectVersion(version, options);
          // Without a working cache only what was asked for is downloaded, not the block around it.
          if (!store.works) {
            const [first, last] = [Math.max(from, start), Math.min(to, end)];
            bytes.set(await source.read(first, last, options), first - start);
            continue;
          }
          content = await source.read(from, to, options);
          await store.put(key, content);
        }
        bytes.set(content.subarray(Math.max(start - from, 0), end - from), Math.max(from - start, 0));
      }
      return bytes;
    },
  };
}

const IDENTITY = 'identity';

async function resolveIdentity(source: ByteSource, store: Store, options: ReadOptions): Promise<Identity> {
  const known = parseIdentity(await store.get(IDENTITY));
  if (known && isUnreachable(source.name)) return known; // asking would fail only after all its retries
  try {
    const identity = { size: await source.size(options), version: await source.version?.(options) };
    if (known?.version === identity.version && known?.size === identity.size) return identity;
    if (known?.version !== undefined) {
      for (let block = 0; block * BLOCK < known.size; block++)
        await store.delete(blockKey(known.version, block));
    }
    if (identity.version !== undefined)
      await store.put(IDENTITY, new TextEncoder().encode(JSON.stringify(identity)));
    return identity;
  } catch (error) {
    const offline = error instanceof DownloadError && error.status === undefined;
    if (!offline || !known) throw error;
    unreachable.set(new URL(source.name).host, performance.now() + FORGET);
    return known;
  }
}

/** Hosts that could not be reached, and until when that is believed: a model has many files, each with its own retries. */
const unreachable = new Map<string, number>();
/** In milliseconds. */
const FORGET = 20_000;

function isUnreachable(url: string): boolean {
  if (globalThis.navigator?.onLine === false) return true;
  return performance.now() < (unreachable.get(new URL(url).host) ?? 0);
}

function parseIdentity(bytes: Uint8Array | undefined): Identity | undefined {
  try {
    return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as Identity);
  } catch {
    return undefined; // written half: as good as none
  }
}

function blockKey(version: string, block: number): string {
  return `${version}/${block}`;
}

/** Entries of one file. The first failure (quota, timeout, a browser that forbids it) turns it off for good. */
class Store {
  works = true;
  readonly #url: string;
  readonly #cache: BlockCache;
  readonly #patience: number;
  /** What was written last: it may be on its way, and where ranges meet it is asked for again. */
  #last: { readonly key: string; readonly bytes: Uint8Array<ArrayBuffer> } | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(url: string, cache: BlockCache, patience: number) {
    this.#url = url;
    this.#cache = cache;
    this.#patience = patience;
    if (!/^https?:/.test(url)) this.works = false;
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#last?.key === key) return this.#last.bytes;
    return this.#try(async () => {
      const response = await this.#cache.match(this.#address(key));
      return response && new Uint8Array(await response.arrayBuffer());
    });
  }

  /** Writes while the caller goes on, one entry at a time. */
  async put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#writing;
    this.#last = { key, bytes };
    this.#writing = this.#try(() => this.#cache.put(this.#address(key), new Response(bytes)));
  }

  async delete(key: string): Promise<void> {
    await this.#try(() => this.#cache.delete(this.#address(key)));
  }

  async #try<T>(run: () => Promise<T>): Promise<T | undefined> {
    if (!this.works) return undefined;
    try {
      return await within(this.#patience, run);
    } catch {
      this.works = false;
      return undefined;
    }
  }

  #address(key: string): string {
    const url = new URL(this.#url);
    url.searchParams.set(PARAMETER, key);
    return url.href;
  }
}

function within<T>(milliseconds: number, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`The cache did not answer in ${milliseconds} ms.`)),
      milliseconds,
    );
    run()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
