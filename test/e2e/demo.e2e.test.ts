// The demo page as it is built, used by real clicks.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPageIfStale } from '../../bin/build.ts';
import { type PageServer, servePage } from '../../bin/serve.ts';
import { withPage } from '../browser.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MINUTE = 60_000;

let server: PageServer;
/** The file of a picture that was chosen is read when the edit is at it. */
let folder: string;

beforeAll(async () => {
  server = await servePage(await buildPageIfStale());
  folder = await mkdtemp(join(tmpdir(), 'refilm-demo-'));
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

test(
  'a clip and a sentence become a video: cancelled once, started again, played beside its source, saved',
  { timeout: 10 * MINUTE },
  () =>
    withPage(async (page) => {
      await page.goto(`${server.origin}/index.html`);
      await page.waitForFunction(() => document.querySelector('#device')?.textContent.startsWith('Runs on'));

      await choose(page, '#clip-choice label', join(ROOT, 'samples/runner.mp4'));
      await waitForText(page, '#clip-status', '24 frames in 2.0 s, with sound');
      await page.click('#run');
      expect(await text(page, '#message')).toContain('Say in a sentence');

      await page.locator('::-p-text(a picture)').click();
      await page.click('#run');
      expect(await text(page, '#message')).toContain('Choose the picture');
      const picture = join(folder, 'page.png');
      await writeFile(picture, await page.screenshot());
      await drop(page, '#picture-zone', picture);
      await page.waitForSelector('#picture-view', { visible: true });
      await page.click('#run');
      await waitForText(page, '#phase', 'Denoising', 5 * MINUTE);
      expect(await text(page, '#plan-text')).toContain('8 steps');
      expect(await text(page, '#remaining')).toMatch(/^about .* left$/);
      await page.waitForSelector('#preview', { visible: true, timeout: MINUTE });
      expect(await page.$eval('#clip', (input) => input.matches(':disabled'))).toBe(true);
      await page.click('#cancel');
      await waitForText(page, '#message', 'Cancelled', MINUTE);
      expect(await visible(page, '#progress')).toBe(false);

      await page.locator('::-p-text(a sentence)').click();
      await page.type('#prompt', 'a golden robot walking on the moon');
      await page.click('#settings summary');
      await fill(page, { steps: '0' });
      await page.click('#run'); // refused by the field
      expect(await visible(page, '#progress')).toBe(false);
      await fill(page, { steps: '1', fps: '1', start: '1.5', duration: '0.5' });
      await page.click('#run');
      await waitForText(page, '#facts', '1 frame in', 5 * MINUTE);
      await page.waitForFunction(() => document.querySelector<HTMLVideoElement>('#result')!.readyState >= 2);

      const played = await page.$eval('#result', (video) => {
        const { duration, videoWidth, videoHeight } = video as HTMLVideoElement;
        return { duration, videoWidth, videoHeight };
      });
      expect(played).toMatchObject({ videoWidth: 320, videoHeight: 192 });
      expect(Math.abs(played.duration - 0.5)).toBeLessThan(0.1);
      await followsTheResult(page);

      const saved = await download(page, '#save');
      expect(saved.name).toBe('runner-refilm.mp4');
      expect(saved.bytes.subarray(4, 8).toString('latin1')).toBe('ftyp');
    }),
);

test('a file that is no clip gives a message, and the next clip is taken', () =>
  withPage(async (page) => {
    await page.goto(`${server.origin}/index.html`);
    await choose(page, '#clip-choice label', join(ROOT, 'package.json'));
    await waitForText(page, '#clip-status', "package.json can't be edited.");
    await page.click('#run');
    expect(await text(page, '#message')).toContain('Choose a clip first');

    await page.locator('::-p-text(dancer)').click();
    await waitForText(page, '#clip-status', 'dancer.mp4: 320×192');
    expect(await visible(page, '#message')).toBe(false);
    expect(await page.$eval('#prompt', (area) => (area as HTMLTextAreaElement).value)).toContain('dancing');

    await drop(page, '#clip-zone', join(ROOT, 'bin/refilm.mjs'));
    await waitForText(page, '#clip-status', "refilm.mjs can't be edited.");
    await drop(page, '#clip-zone', join(ROOT, 'samples/horse.mp4'));
    await waitForText(page, '#clip-status', 'horse.mp4: 320×192');

    await page.locator('::-p-text(a picture)').click();
    await choose(page, '#picture-panel label', join(ROOT, 'package.json'));
    await waitForText(page, '#picture-empty', 'package.json is no picture');
  }));

test('a browser without WebGPU is told what works', () =>
  withPage(async (page) => {
    await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
    await page.goto(`${server.origin}/index.html`);
    await page.waitForSelector('#unsupported', { visible: true });
    expect(await text(page, '#unsupported-reasons')).toContain('has no WebGPU');
    expect(await visible(page, '#editor')).toBe(false);
  }));

/** The part ends with the source: both start again together, and rest at the same moment, 1.5 s later in the source. */
async function followsTheResult(page: Page): Promise<void> {
  if ((await text(page, '#play')) !== 'Pause') await page.click('#play');
  await page.evaluate(
    (loops) =>
      new Promise<void>((resolve) => {
        const result = document.querySelector<HTMLVideoElement>('#result')!;
        result.addEventListener('seeked', () => {
          if (--loops === 0) resolve();
        });
      }),
    2,
  );
  await page.waitForFunction(() => {
    const source = document.querySelector<HTMLVideoElement>('#source')!;
    return !source.paused && source.currentTime >= 1.5 && source.currentTime < 1.9;
  });
  await page.click('#play');
  await waitForText(page, '#play', 'Play both');
  await page.focus('#seek');
  await page.keyboard.press('Home');
  await page.waitForFunction(() => {
    const time = (id: string) => document.querySelector<HTMLVideoElement>(id)!.currentTime;
    return time('#result') === 0 && Math.abs(time('#source') - 1.5) < 0.001;
  });
}

/** A drop of a file from the desktop. */
async function drop(page: Page, selector: string, path: string): Promise<void> {
  const element = await page.waitForSelector(selector);
  await element!.scrollIntoView();
  const { x, y } = await element!.clickablePoint();
  const session = await page.createCDPSession();
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x, y, data });
  }
  await session.detach();
}

async function choose(page: Page, label: string, path: string): Promise<void> {
  const [chooser] = await Promise.all([page.waitForFileChooser(), page.click(label)]);
  await chooser.accept([path]);
}

async function fill(page: Page, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [id, value] of Object.entries(values)) {
    await page.click(`#${id}`, { count: 3 });
    await page.keyboard.type(value);
  }
}

async function download(page: Page, link: string): Promise<{ name: string; bytes: Buffer }> {
  const downloadPath = join(folder, 'saved');
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

function text(page: Page, selector: string): Promise<string> {
  return page.$eval(selector, (element) => element.textContent);
}

function visible(page: Page, selector: string): Promise<boolean> {
  return page.$eval(selector, (element) => element.checkVisibility());
}

/** Fails at once when the page tells of a fault meanwhile. */
async function waitForText(page: Page, selector: string, part: string, timeout = 20_000): Promise<void> {
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
