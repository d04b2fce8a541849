// The page of the command line in a browser: built if stale, served on loopback, opened, and closed without a trace.
import { fileURLToPath } from 'node:url';
import type { Page } from 'puppeteer-core';
import type { ErrorReport, Outcome } from '../demo/command-types.ts';
import { launchBrowser, type LaunchOptions, type RunningBrowser } from './browser.ts';
import { buildPageIfStale } from './build.ts';
import { watchForCrash } from './crash.ts';
import { servePage, type PageServer } from './serve.ts';

/** Where the commands keep which kernel variants are fastest, by adapter. */
export const TUNING_FOLDER = fileURLToPath(new URL('../node_modules/.cache/refilm/tuning/', import.meta.url));

/** An error that the page reported: `name` and `code` are those of the class that was thrown there. */
export class PageError extends Error {
  readonly code: string | undefined;
  constructor({ name, message, code }: ErrorReport) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

/** The open page. Dispose of it to end the browser and the server; that may be done twice. */
export interface CommandPage extends AsyncDisposable {
  readonly page: Page;
  readonly running: RunningBrowser;
  readonly server: PageServer;
  /**
   * Waits for `work`, a call into the page. Rejects with PageError for what the page threw (the end of the GPU process
   * is a DeviceLostError there), with BrowserCrashedError when the page or its browser is gone.
   */
  readonly run: <T>(work: Promise<Outcome<T>>) => Promise<T>;
  dispose(): Promise<void>;
}

/** How to open the page. */
export interface OpenOptions extends LaunchOptions {
  /** Called before a build, which takes some seconds. */
  readonly onBuild?: () => void;
  /** Told what the page logs as a warning or an error. */
  readonly onConsole?: (line: string) => void;
}

/** Opens the command page. Throws BrowserNotFoundError when there is no browser with WebGPU. */
export async function openCommandPage(options: OpenOptions = {}): Promise<CommandPage> {
  const server = await servePage(await buildPageIfStale(options.onBuild));
  let running: RunningBrowser | undefined;
  try {
    running = await launchBrowser(options);
    const { browser } = running;
    const page = await browser.newPage();
    forwardConsole(page, options.onConsole ?? ((line) => console.error(line)));
    await page.goto(`${server.origin}/command.html`);
    await page.waitForFunction(() => 'refilmCommand' in window, { timeout: 30_000 });
    const started = running;
    const dispose = async (): Promise<void> => {
      await started.close();
      await server.close();
    };
    return {
      page,
      running: started,
      server,
      async run(work) {
        const outcome = await watchForCrash(browser, page, work);
        if (outcome.ok) return outcome.value;
        throw new PageError(outcome.error);
      },
      dispose,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await running?.close();
    await server.close();
    throw error;
  }
}

function forwardConsole(page: Page, write: (line: string) => void): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn') write(`page: ${message.text()}`);
  });
  page.on('pageerror', (error) => write(`page: ${error instanceof Error ? error.message : String(error)}`));
}
