// What the demo page's tests do on it: clicks, drops, files that are chosen and saved, words that are waited for.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { buildPageIfStale } from '../../bin/build.ts';
import { type PageServer, servePage } from '../../bin/serve.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const MINUTE = 60_000;

/** The built page on a server of its own, for the tests of one file, and a folder for their files. */
export function demoPage(): { url: () => string; folder: () => string } {
  let server: PageServer;
  let folder: string;
  beforeAll(async () => {
    server = await servePage(await buildPageIfStale());
    folder = await mkdtemp(join(tmpdir(), 'refilm-demo-'));
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { url: () => `${server.origin}/index.html`, folder: () => folder };
}

/** Opens the page as for the first time and waits until it knows its device. */
export async function open(page: Page, url: string): Promise<void> {
  const session = await page.createCDPSession();
  const { origin } = new URL(url);
  // What the page keeps; what the engine keeps (its kernels' measurements) makes the next test faster.
  await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'local_storage' });
  await session
    .send('IndexedDB.deleteDatabase', { securityOrigin: origin, databaseName: 'refilm-demo' })
    .catch(() => undefined); // there is none yet
  await session.detach();
  await page.goto(url);
  await page.waitForFunction(() => document.querySelector('#device')?.textContent.startsWith('Runs on'));
}

/** A drop of a file from the desktop. */
export async function drop(page: Page, selector: string, path: string): Promise<void> {
  const element = await page.waitForSelector(selector, { visible: true });
  await element!.scrollIntoView();
  const { x, y } = await element!.clickablePoint();
  const session = await page.createCDPSession();
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x, y, data });
  }
  await session.detach();
}

/** Picks a file by a click on `label`. */
export async function choose(page: Page, label: string, path: string): Promise<void> {
  const [chooser] = await Promise.all([page.waitForFileChooser(), page.click(label)]);
  await chooser.accept([path]);
}

/** Picks the sample of that name. */
export async function pickSample(page: Page, name: string): Promise<void> {
  await page.locator(`#samples ::-p-text(${name})`).click();
  await waitForText(page, '#clip-name', name);
}

/** Types numbers into fields, by their ids. */
export async function fill(page: Page, values: Readonly<Record<string, string>>): Promise<void> {
  await page.$eval('#more', (details) => (details as HTMLDetailsElement).setAttribute('open', ''));
  for (const [id, value] of Object.entries(values)) {
    await page.click(`#${id}`, { count: 3 });
    await page.keyboard.type(value);
  }
}

/** Takes all but the first frame from the part, by keys on its end. */
export async function trimToOneFrame(page: Page): Promise<void> {
  await page.focus('.handle.end');
  await page.keyboard.press('Home');
}

/** Runs what the form asks for and waits until the take is on the screen. */
export async function refilm(page: Page): Promise<void> {
  const before = await page.$$eval('.take-show.done', (cards) => cards.length);
  await page.click('#run');
  await waitForTakes(page, before + 1);
}

/** Waits until so many takes are done. */
export async function waitForTakes(page: Page, count: number, timeout = 5 * MINUTE): Promise<void> {
  const seen = await page.waitForFunction(
    (wanted) => {
      const fault = document.querySelector('#message.fault:not([hidden])');
      return fault?.textContent ?? document.querySelectorAll('.take-show.done').length === wanted;
    },
    { timeout },
    count,
  );
  const fault = await seen.jsonValue();
  if (typeof fault === 'string') throw new Error(`The page says: ${fault}`);
}

/** Saves by a click on `link`. */
export async function download(
  page: Page,
  link: string,
  folder: string,
): Promise<{ name: string; bytes: Buffer }> {
  const downloadPath = await mkdtemp(join(folder, 'saved-'));
  const session = await page.createCDPSession();
  await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath, eventsEnabled: true });
  const finished = new Promise<void>((resolve) => {
    session.on('Browser.downloadProgress', ({ state }) => {
      if (state === 'completed') resolve();
    });
  });
  await page.click(link);
  await finished;
  const [name = 'nothing'] = await readdir(downloadPath);
  return { name, bytes: await readFile(join(downloadPath, name)) };
}

export function text(page: Page, selector: string): Promise<string> {
  return page.$eval(selector, (element) => element.textContent);
}

export function visible(page: Page, selector: string): Promise<boolean> {
  return page.$eval(selector, (element) => element.checkVisibility());
}

/** Fails at once when the page tells of a fault meanwhile. */
export async function waitForText(
  page: Page,
  selector: string,
  part: string,
  timeout = 20_000,
): Promise<void> {
  const seen = await page.waitForFunction(
    (where, what) => {
      const fault = document.querySelector('#message.fault:not([hidden])');
      return fault?.textContent ?? document.querySelector(where)?.textContent.includes(what);
    },
    { timeout },
    selector,
    part,
  );
  const fault = await seen.jsonValue();
  if (typeof fault === 'string') throw new Error(`The page says: ${fault}`);
}

/** Refilms the clip's first frame in one step and saves it in `folder`, as `name` if all is well. */
export async function saveOneFrame(page: Page, folder: string, name: string): Promise<void> {
  await page.$eval('#prompt', (area) => ((area as HTMLTextAreaElement).value = ''));
  await page.type('#prompt', 'a golden robot walking on the moon');
  await trimToOneFrame(page);
  await fill(page, { steps: '1' });
  await refilm(page);
  await waitForText(page, '#facts', '1 frame in');
  const saved = await download(page, '#save', folder);
  expect(saved.name).toBe(name);
  expect(saved.bytes.subarray(4, 8).toString('latin1')).toBe('ftyp');
}
