// A local HTTP server that serves one body with chosen faults.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** Range headers of the requests so far, '' for those without. */
  readonly requests: string[];
}

/** Serves by `handle`; give it `serveRange` as a base. */
export async function startServer(
  handle: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<TestServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers.range ?? '');
    handle(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a sound static server does. `cut` ends the connection after that many bytes of the body. */
export function serveRange(
  request: IncomingMessage,
  response: ServerResponse,
  body: Uint8Array,
  { etag = '"1"', cut }: { etag?: string; cut?: number } = {},
): void {
  const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  const [start, end] = match
    ? [Number(match[1]), Math.min(Number(match[2]) + 1, body.length)]
    : [0, body.length];
  if (match && start >= body.length) {
    response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
    return;
  }
  const range = { 'content-range': `bytes ${start}-${end - 1}/${body.length}` };
  response.writeHead(match ? 206 : 200, { etag, 'content-length': end - start, ...(match ? range : {}) });
  const part = body.subarray(start, end);
  if (cut === undefined || cut >= part.length) response.end(part);
  else response.write(part.subarray(0, cut), () => setTimeout(() => response.destroy(), 5));
}

/** `length` bytes that tell where they come from. */
export function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7) & 0xff);
}
