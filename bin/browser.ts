// Starts a browser with WebGPU: real GPU first, SwiftShader if there is none, and leaves nothing behind.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, type Browser } from 'puppeteer-core';
import { isSoftware, type AdapterDescription } from '../src/gpu/device.ts';
import {
  BrowserNotFoundError,
  browserCandidates,
  howToGetABrowser,
  type BrowserCandidate,
} from './browser-find.ts';
import { onProcessEnd } from './cleanup.ts';

/** A started browser. `close()` ends every process of it and removes its profile; it may be called twice. */
export interface RunningBrowser extends AsyncDisposable {
  readonly browser: Browser;
  readonly candidate: BrowserCandidate;
  /** For example `HeadlessChrome/147.0.7727.0`. */
  readonly version: string;
  /** What `navigator.gpu.requestAdapter()` gave when the browser was started. */
  readonly adapter: AdapterDescription;
  /** True where WebGPU runs on the CPU (SwiftShader). */
  readonly software: boolean;
  close(): Promise<void>;
}

/** What to start, and where to say what could not be. */
export interface LaunchOptions {
  /** `auto` tries a hardware adapter first; `software` goes straight to SwiftShader. */
  readonly adapter?: 'auto' | 'software';
  /** Called with a sentence for every browser that could not be used. */
  readonly onNotice?: (notice: string) => void;
  readonly signal?: AbortSignal;
}

const HARDWARE_TRY_MS = 10_000;
const SOFTWARE_TRY_MS = 30_000;
const CLOSE_MS = 3_000;

const COMMON_FLAGS = [
  '--enable-unsafe-webgpu',
  '--disable-background-networking',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
];
/** Headless Chrome on Linux keeps away from the GPU unless it is told to use it, through Vulkan. */
const LINUX_GPU_FLAGS = [
  '--enable-gpu',
  '--ignore-gpu-blocklist',
  '--enable-features=Vulkan',
  '--use-angle=vulkan',
];
/** With fewer than these, importing a VideoFrame as a texture fails or kills the GPU process. */
const SWIFTSHADER_FLAGS = [
  '--disable-gpu-watchdog',
  '--enable-gpu',
  '--ignore-gpu-blocklist',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

/**
 * Starts the first browser that has a WebGPU adapter. Throws BrowserNotFoundError when none can be started, with
 * the reason for each that was tried, and the signal's reason when aborted.
 */
export async function launchBrowser(options: LaunchOptions = {}): Promise<RunningBrowser> {
  const { adapter = 'auto', onNotice = () => {}, signal } = options;
  const tryHardware = adapter === 'auto' && mayHaveGpu();
  const refusals: string[] = [];
  for await (const candidate of browserCandidates()) {
    for (const software of tryHardware ? [false, true] : [true]) {
      try {
        return await start(candidate, software, signal);
      } catch (error) {
        signal?.throwIfAborted();
        // No hardware adapter is no failure: SwiftShader is next.
        if (!software) continue;
        const refusal = `${candidate.label} can't be used: ${briefly(error)}`;
        refusals.push(refusal);
        onNotice(refusal);
      }
    }
  }
  throw new BrowserNotFoundError([...refusals, howToGetABrowser()].join('\n'));
}

/** Linux without a device node has no GPU, so that the try (about a second) is saved there. */
function mayHaveGpu(): boolean {
  if (process.platform !== 'linux') return true;
  if (existsSync('/dev/dri') || existsSync('/dev/dxg')) return true;
  return readdirSync('/dev').some((name) => name.startsWith('nvidia'));
}

async function start(
  candidate: BrowserCandidate,
  software: boolean,
  outer?: AbortSignal,
): Promise<RunningBrowser> {
  const limit = software ? SOFTWARE_TRY_MS : HARDWARE_TRY_MS;
  const timeout = new AbortController();
  // Puppeteer ends the browser when its signal fires, however long after the start: the timer must not outlive it.
  const timer = setTimeout(() => timeout.abort(), limit);
  const signal = outer ? AbortSignal.any([outer, timeout.signal]) : timeout.signal;
  signal.throwIfAborted();
  const profile = await mkdtemp(join(tmpdir(), 'refilm-browser-'));
  // Puppeteer ends the browser's processes when ours exits; the profile is ours.
  const forget = onProcessEnd(() => rmSync(profile, { recursive: true, force: true, maxRetries: 3 }));
  const removeProfile = async (): Promise<void> => {
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    forget();
  };
  let browser: Browser | undefined;
  try {
    browser = await launch({
      executablePath: candidate.path,
      headless: candidate.origin === 'package' ? 'shell' : true,
      args: flags(candidate, software),
      env: await environment(candidate, profile),
      userDataDir: profile,
      // Over a pipe nobody else on the machine can drive the browser, and it ends when we do, however we end.
      pipe: true,
      timeout: limit,
      // Edits on a CPU keep the page busy for longer than any default allows.
      protocolTimeout: 0,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      signal,
    });
    const started = browser;
    const adapter = await abortable(requestAdapter(started), signal);
    if (!adapter) throw new Error('it has no WebGPU adapter');
    if (!software && isSoftware(adapter)) throw new Error('it has no hardware adapter');
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => (closing ??= closeBrowser(started).then(removeProfile));
    return {
      browser: started,
      candidate,
      version: await started.version(),
      adapter,
      software: isSoftware(adapter),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    if (browser) await closeBrowser(browser);
    await removeProfile();
    if (timeout.signal.aborted)
      throw new Error(`it did not answer within ${limit / 1000} s`, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function flags(candidate: BrowserCandidate, software: boolean): string[] {
  const linuxRoot = process.platform === 'linux' && process.getuid?.() === 0;
  // The npm package has no setuid helper, and distributions deny unknown programs the other kind of sandbox.
  const sandbox = linuxRoot || candidate.origin === 'package' ? ['--no-sandbox'] : [];
  const hardware = process.platform === 'linux' ? LINUX_GPU_FLAGS : [];
  return [...sandbox, ...COMMON_FLAGS, ...(software ? SWIFTSHADER_FLAGS : hardware)];
}

async function environment(candidate: BrowserCandidate, profile: string): Promise<NodeJS.ProcessEnv> {
  const result: NodeJS.ProcessEnv = { ...process.env, ...candidate.environment };
  result['HOME'] ??= profile;
  if (candidate.fonts !== undefined) {
    const file = join(profile, 'fonts.conf');
    await writeFile(file, fontsConfig(candidate.fonts, join(profile, 'fonts-cache')));
    result['FONTCONFIG_FILE'] = file;
  }
  return result;
}

function fontsConfig(folder: string, cache: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${folder}</dir>
  <cachedir>${cache}</cachedir>
</fontconfig>
`;
}

/** Asks a page for its adapter. WebGPU exists in secure contexts only, which about:blank is not but loopback is. */
async function requestAdapter(browser: Browser): Promise<AdapterDescription | null> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>adapter</title>');
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const info = await page.evaluate(async () => {
      const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
      if (!adapter) return null;
      const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
      return { vendor, architecture, device, description, isFallbackAdapter };
    });
    await page.close();
    return info;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** Closes politely, and by force when that takes long: a browser that hangs must not make us hang. */
async function closeBrowser(browser: Browser): Promise<void> {
  const child = browser.process();
  const polite = browser.close().catch(() => undefined);
  const timer = new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref());
  await Promise.race([polite, timer]);
  if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid, 'SIGKILL');
    await exited;
  }
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return await new Promise<T>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}

/** The line of a launch failure that says why: puppeteer's message goes on with help that is of no use here. */
function briefly(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  const cause = lines.find((line) =>
    /error while loading shared libraries|No usable sandbox|cannot open/i.test(line),
  );
  return (cause ?? lines[0] ?? 'it gave no reason').trim();
}
