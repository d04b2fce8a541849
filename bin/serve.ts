// A small HTTP server for one page on the loopback interface: the built page's files, plus what a job registers under
// an unguessable address: an input file to read by range, a sink that an upload is written to.
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join, normalize, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writeAtomically, type WriteError } from './write-atomically.ts';

/** A registered output: where the page sends the bytes, and how the command learns what became of them. */
export interface Sink {
  readonly url: string;
  /** Settles with the number of bytes when the file is in place, or rejects with a WriteError. */
  readonly written: Promise<number>;
}

/** A running server. Files and sinks end with it. */
export interface PageServer extends AsyncDisposable {
  /** For example `http://127.0.0.1:40123`, a secure context for browsers. */
  readonly origin: string;
  /** Makes a file readable (GET, HEAD, one byte range) at the returned address. */
  addFile(path: string): string;
  /** Makes the files below a folder readable; the returned address ends with a slash. */
  addFolder(path: string): string;
  /**
   * Makes an address to which one PUT or POST writes `path`; the file appears whole or not at all. The answer is
   * `{bytes}`, or status 507 with the WriteError as `{name, message, code}`.
   */
  addSink(path: string): Sink;
  /**
   * Makes a folder hold texts by name: below the returned address, which ends with a slash, PUT replaces one as a sink
   * does, GET gives it back or status 404. The folder is made with the first.
   */
  addStore(path: string): string;
  close(): Promise<void>;
}

const MIME: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.webm': 'video/webm',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** How a folder is served. */
export interface ServeOptions {
  /**
   * Whether answers carry versions, as web servers' do. The engine keeps what has one for the next visit, which a command's
   * page, on a port of its own in a browser of its own, never has.
   */
  readonly versions?: boolean;
}

/** Serves `folder` on 127.0.0.1, on a port that the system chooses. */
export async function servePage(
  folder: string,
  { versions = false }: ServeOptions = {},
): Promise<PageServer> {
  const files = new Map<string, string>();
  const folders = new Map<string, string>();
  const stores = new Map<string, string>();
  const sinks = new Map<string, (request: IncomingMessage) => Promise<number>>();
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => refuse(request, response, error));
  });

  const fileInFolders = (path: string): string | undefined => {
    for (const [address, root] of folders) {
      if (path.startsWith(address)) return fileInside(root, path.slice(address.length));
    }
    return undefined;
  };

  const fileInStores = (path: string): string | undefined => {
    for (const [address, root] of stores) {
      // A name may be any text: its fingerprint is a name that every file system takes.
      if (path.startsWith(address)) return join(root, `${fingerprint(path.slice(address.length))}.json`);
    }
    return undefined;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = decodedPath(request);
    if (path === undefined) return void response.writeHead(400).end();
    if (request.method === 'PUT' || request.method === 'POST') {
      const stored = fileInStores(path);
      const write = stored === undefined ? sinks.get(path) : replace(stored);
      if (!write) return void response.writeHead(404).end();
      sinks.delete(path);
      const bytes = await write(request);
      return void response.writeHead(200, { 'content-type': MIME['.json'] }).end(JSON.stringify({ bytes }));
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405).end();
    const file = files.get(path) ?? fileInStores(path) ?? fileInFolders(path) ?? fileInside(folder, path);
    if (file === undefined) return void response.writeHead(404).end();
    await sendFile(file, request, response, versions);
  };

  await new Promise<void>((done, reject) => server.once('error', reject).listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= new Promise((done) => {
      server.close(() => done());
      server.closeAllConnections();
    }));
  return {
    origin,
    addFile(path) {
      const address = secretPath('input', extname(path));
      files.set(address, path);
      return origin + address;
    },
    addFolder(path) {
      const address = `${secretPath('folder', '')}/`;
      folders.set(address, resolve(path));
      return origin + address;
    },
    addSink(path) {
      const address = secretPath('output', extname(path));
      const written = new Promise<number>((settle) => {
        sinks.set(address, (request) => {
          const bytes = writeAtomically(path, request.iterator({ destroyOnReturn: false }));
          settle(bytes);
          return bytes;
        });
      });
      written.catch(() => undefined); // who does not ask is told by the page, which gets the same error
      return { url: origin + address, written };
    },
    addStore(path) {
      const address = `${secretPath('store', '')}/`;
      stores.set(address, resolve(path));
      return origin + address;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function secretPath(kind: string, extension: string): string {
  return `/${kind}/${randomBytes(16).toString('hex')}${extension.toLowerCase()}`;
}

function fingerprint(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}

/** Writes a request's body over `path`. */
function replace(path: string): (request: IncomingMessage) => Promise<number> {
  return async (request) => {
    await mkdir(dirname(path), { recursive: true });
    return writeAtomically(path, request.iterator({ destroyOnReturn: false }));
  };
}

function decodedPath(request: IncomingMessage): string | undefined {
  try {
    const path = decodeURIComponent((request.url ?? '/').split(/[?#]/, 1)[0] ?? '/');
    return path.includes('\0') ? undefined : path;
  } catch {
    return undefined;
  }
}

/** Where `path` lies in `folder`, or undefined if it would lead out of it. */
function fileInside(folder: string, path: string): string | undefined {
  const base = normalize(folder + sep);
  const file = join(base, path.endsWith('/') ? `${path}index.html` : path);
  return file.startsWith(base) ? file : undefined;
}

async function sendFile(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  versions: boolean,
): Promise<void> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) return void response.writeHead(404).end();
  const headers = {
    'content-type': MIME[extname(path).toLowerCase()] ?? 'application/octet-stream',
    'accept-ranges': 'bytes',
    'cache-control': 'no-store',
    ...(versions && { etag: `"${info.size.toString(36)}-${Math.round(info.mtimeMs).toString(36)}"` }),
    // Isolated pages get precise timers and SharedArrayBuffer.
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  };
  const range = requestedRange(request.headers.range, info.size);
  if (range === 'unsatisfiable') {
    return void response.writeHead(416, { ...headers, 'content-range': `bytes */${info.size}` }).end();
  }
  const [first, last] = range ?? [0, info.size - 1];
  const part = range ? { 'content-range': `bytes ${first}-${last}/${info.size}` } : {};
  response.writeHead(range ? 206 : 200, { ...headers, ...part, 'content-length': last - first + 1 });
  if (request.method === 'HEAD' || last < first) return void response.end();
  await pipeline(createReadStream(path, { start: first, end: last }), response).catch((error: unknown) => {
    // A reader that has seen enough hangs up; anything else is a real fault, and the status line is gone already.
    response.destroy(error as Error);
  });
}

/** First and last byte of a `Range` header (RFC 9110, one range only); undefined stands for the whole file. */
export function requestedRange(
  header: string | undefined,
  size: number,
): readonly [number, number] | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, from = '', to = ''] = match;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return first > last ? 'unsatisfiable' : [first, last];
}

/** Answers with the error. What is left of an upload is read and dropped: browsers read no answer before its end. */
function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  request.resume();
  if (response.headersSent) return void response.destroy();
  const { name, message, code } = error as WriteError;
  response.writeHead(507, { 'content-type': MIME['.json'] }).end(JSON.stringify({ name, message, code }));
}
