// End-to-end tests run their modules in a real Chromium: Vite serves src/ as it is, a test loads a module into the page
// and calls it there. One browser and one server per test file, one fresh page per `withPage`.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { JSHandle, Page } from 'puppeteer-core';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll } from 'vitest';
import { launchBrowser, type RunningBrowser } from '../bin/browser.ts';
import { watchForCrash } from '../bin/crash.ts';
import { SHARED } from '../bin/shared.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Folder of clips: `media/` of REFILM_SHARED or of the `shared` beside the repository, else the few in test/media. */
export const MEDIA = mediaFolder();

/** What a test gets beside the page. */
export interface TestPage {
  /** The page's origin, a secure context on which `src/`, `weights/`, `samples/` and `test/` are served. */
  readonly origin: string;
  readonly running: RunningBrowser;
  /**
   * Imports a module of the repository in the page, as a handle to pass to `page.evaluate`: with
   * `import type * as demux from '../src/codec/demux.ts'`, `load<typeof demux>('src/codec/demux.ts')`.
   * A package is loaded as `@id/mediabunny`.
   */
  readonly load: <Module>(path: string) => Promise<JSHandle<Module>>;
  /** Address of a file below MEDIA, for example `clips/bear.mp4`. It answers range requests. */
  readonly mediaUrl: (path: string) => string;
}

/** How Dawn words the errors that nobody captured; Chromium logs them as warnings. */
const WEBGPU_ERROR = /- While |\[Invalid|Error while parsing|WebGPU/;

interface Fixture {
  readonly running: RunningBrowser;
  readonly server: ViteDevServer;
  readonly origin: string;
}

let fixture: Promise<Fixture> | undefined;

/**
 * Runs `body` with a fresh page and closes it. Fails when the page logs an error, throws one that nobody catches,
 * reports a WebGPU validation error, or crashes.
 */
export async function withPage<T>(body: (page: Page, test: TestPage) => Promise<T>): Promise<T> {
  const { running, origin } = await (fixture ??= open());
  const page = await running.browser.newPage();
  try {
    const faults = collectFaults(page);
    await page.goto(`${origin}/blank.html`);
    // As text: Vite rewrites a dynamic import in this file to a function that the page does not have.
    const load = async <Module>(path: string): Promise<JSHandle<Module>> =>
      (await page.evaluateHandle(`import(${JSON.stringify(`${origin}/${path}`)})`)) as JSHandle<Module>;
    const mediaUrl = (path: string): string => origin + encodePath(`/@fs${join(MEDIA, path)}`);
    const result = await watchForCrash(
      running.browser,
      page,
      body(page, { origin, running, load, mediaUrl }),
    );
    if (faults.length > 0) throw new Error(`The page reported:\n${faults.join('\n')}`);
    return result;
  } finally {
    await page.close().catch(() => undefined); // a crashed page is gone already
  }
}

afterAll(async () => {
  if (!fixture) return;
  const { running, server } = await fixture;
  await running.close();
  await server.close();
});

async function open(): Promise<Fixture> {
  const server = await createServer({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    server: {
      host: '127.0.0.1',
      port: 0,
      ws: false,
      hmr: false,
      watch: null,
      fs: { allow: [ROOT, MEDIA] },
    },
    // The two dependencies are ES modules: bundling them first would only make the first test wait.
    optimizeDeps: { noDiscovery: true, include: [] },
    plugins: [{ name: 'blank-page', configureServer: serveBlankPage }],
  });
  await server.listen();
  const address = server.httpServer?.address();
  if (!address || typeof address === 'string') throw new Error('The test server has no port.');
  return {
    running: await launchBrowser({ adapter: 'software' }),
    server,
    origin: `http://127.0.0.1:${address.port}`,
  };
}

function serveBlankPage(server: ViteDevServer): void {
  server.middlewares.use('/blank.html', (_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><link rel="icon" href="data:,"><title>test</title>');
  });
}

function collectFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) =>
    faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  );
  page.on('console', (message) => {
    const text = message.text();
    const fault = message.type() === 'error' || (message.type() === 'warn' && WEBGPU_ERROR.test(text));
    if (fault) faults.push(`${text} (${message.location().url ?? 'no location'})`);
  });
  return faults;
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/').replace('%40fs', '@fs');
}

function mediaFolder(): string {
  const media = join(SHARED, 'media');
  return existsSync(media) ? media : join(ROOT, 'test', 'media');
}
