// `screenshots [-o folder]`: uses the demo page in a headless browser and pictures each of its states: light, dark, on a
// phone and, for the widest, on 4K. For people who change the page, to look at all of it.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ElementHandle, Page } from 'puppeteer-core';
import { launchBrowser } from './browser.ts';
import { buildPageIfStale } from './build.ts';
import { servePage } from './serve.ts';

const USAGE = `npm run screenshots -- [options]
  -o folder        where they go (default .cache/screenshots)
  --only a,b       only these states, and what leads to them
  --software       SwiftShader even where there is a GPU`;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MINUTE = 60_000;

/** Over the runner of the sample, in shares of the screen. */
const STROKE = [
  [0.44, 0.22],
  [0.46, 0.45],
  [0.46, 0.7],
] as const;

/** How the page is looked at. */
const LOOKS = [
  { name: 'light', scheme: 'light', width: 1440, height: 900 },
  { name: 'dark', scheme: 'dark', width: 1440, height: 900 },
  { name: 'phone', scheme: 'light', width: 360, height: 740 },
  { name: 'phone-dark', scheme: 'dark', width: 360, height: 740 },
  { name: '4k', scheme: 'dark', width: 3840, height: 2160 },
] as const;

/** The command. Resolves to the exit code. */
export async function main(argv: string[]): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: {
      out: { type: 'string', short: 'o', default: join(ROOT, '.cache', 'screenshots') },
      only: { type: 'string' },
      software: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const folder = await buildPageIfStale(() => console.error('Building the page …'));
  await using server = await servePage(folder);
  await using running = await launchBrowser({
    adapter: values.software ? 'software' : 'auto',
    onNotice: console.error,
  });
  await mkdir(values.out, { recursive: true });
  const page = await running.browser.newPage();
  page.on('pageerror', (error) => console.error(`The page threw: ${String(error)}`));
  const only = values.only?.split(',');
  let last: string | undefined;
  for (const [state, reach] of Object.entries(STATES)) {
    last = state;
    await reach(page, `${server.origin}/index.html`);
    if (!only || only.includes(state)) await picture(page, values.out, state);
    if (only?.at(-1) === state) break;
  }
  console.log(`Written to ${values.out}, up to the state '${last}'.`);
  return 0;
}

async function picture(page: Page, folder: string, state: string): Promise<void> {
  for (const { name, scheme, width, height } of LOOKS) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.setViewport({ width, height });
    // As high as the page: what sticks to the window's edge would lie over the middle of a longer picture.
    const whole = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewport({ width, height: Math.max(height, whole) });
    await new Promise((resolve) => setTimeout(resolve, 200)); // transitions
    await writeFile(join(folder, `${state}-${name}.png`), await page.screenshot());
  }
  await page.setViewport({ width: 1440, height: 900 });
}

/** The states in the order in which one visit reaches them. */
const STATES: Readonly<Record<string, (page: Page, url: string) => Promise<void>>> = {
  async welcome(page, url) {
    await page.setViewport({ width: 1440, height: 900 });
    await page.goto(url);
    await page.waitForFunction(() => document.querySelector('#device')?.textContent.startsWith('Runs on'));
  },
  async device(page) {
    await page.click('#device');
    await page.waitForSelector('dialog');
  },
  async clip(page) {
    await closeDialog(page);
    await page.locator('::-p-text(runner)').click();
    await page.waitForSelector('#transport', { visible: true });
    await page.click('#more summary');
    await page.waitForNetworkIdle();
  },
  async trimmed(page) {
    await page.focus('.handle.end');
    for (let i = 0; i < 12; i++) await page.keyboard.press('ArrowLeft');
    await setSteps(page, 40); // long enough for a picture of each look while it runs
  },
  async running(page) {
    await page.click('#run');
    await page.waitForSelector('#preview', { visible: true, timeout: 5 * MINUTE });
  },
  async cancelled(page) {
    await page.click('#cancel');
    await page.waitForSelector('#message', { visible: true, timeout: MINUTE });
  },
  async result(page) {
    await setSteps(page, 4);
    await page.click('#run');
    await page.waitForSelector('#save', { visible: true, timeout: 5 * MINUTE });
    await page.click('#play');
  },
  async 'side-by-side'(page) {
    await page.locator('::-p-text(Side by side)').click();
  },
  async measured(page) {
    await page.locator('::-p-text(Split)').click();
    await page.click('#measure');
    await page.waitForSelector('#measures table', { timeout: 2 * MINUTE });
    await page.click('#mixer summary');
  },
  async queue(page) {
    await page.locator('::-p-text(clay puppet)').click();
    await page.click('#run');
    await page.locator('::-p-text(city at night)').click();
    await page.click('#run');
    await page.waitForSelector('.take-show.running', { timeout: MINUTE });
  },
  async compare(page) {
    await page.waitForFunction(() => document.querySelectorAll('.take-show.done').length === 3, {
      timeout: 10 * MINUTE,
    });
    for (const box of await page.$$('.take:has(.done) input[type=checkbox]')) await box.click();
    await page.click('#compare');
    await page.waitForSelector('dialog');
  },
  async code(page) {
    await closeDialog(page);
    await page.click('#code');
    await page.waitForSelector('dialog pre');
  },
  async depth(page) {
    await closeDialog(page);
    await page.locator('#views ::-p-text(Depth)').click();
    await page.waitForSelector('#depth-status', { hidden: true, timeout: 2 * MINUTE });
  },
  async mask(page) {
    await page.click('#mode-mask');
    await page.click('#play'); // pauses: what is painted is on one frame
    await page.locator('#views ::-p-text(Split)').click();
    const sheet = (await page.$('#mask'))!;
    await sheet.scrollIntoView();
    const { x, y, width, height } = (await sheet.boundingBox())!;
    for (const [step, [across, down]] of STROKE.entries()) {
      await page.mouse.move(x + across * width, y + down * height, { steps: 4 });
      if (step === 0) await page.mouse.down();
    }
    await page.mouse.up();
    await page.click('#mask-show');
    await page.waitForFunction(
      () => document.querySelector('#mask-status')?.textContent.startsWith('What is tinted'),
      { timeout: 2 * MINUTE },
    );
  },
  async sweep(page) {
    await page.click('#mode-stylize');
    await setSteps(page, 1);
    await page.click('#sweep');
    await page.$$eval('dialog fieldset:first-of-type input', (boxes) => {
      for (const box of boxes) box.checked = box.value !== '0.75' && box.value !== '1.25';
    });
    await page.$$eval('dialog fieldset:last-of-type input', (boxes) => {
      for (const box of boxes) box.checked = box.value === '0';
    });
    await page.click('#sweep-run');
    await page.waitForSelector('#sweep-save', { visible: true, timeout: 5 * MINUTE });
  },
  async storyboard(page) {
    await closeDialog(page);
    await page.click('#mode-storyboard');
    const input = (await page.$('#still')) as ElementHandle<HTMLInputElement>;
    await input.uploadFile(join(ROOT, 'samples/runner-robot.png'), join(ROOT, 'samples/horse-meadow.png'));
    await page.waitForFunction(() => document.querySelectorAll('#stills li').length === 2);
    await page.click('#lay-out');
    await page.waitForFunction(() => document.querySelector('#clip-name')?.textContent === 'storyboard');
  },
  async render(page) {
    await page.click('#mode-render');
    await page.click('#render-scene');
    await page.waitForFunction(() => document.querySelector('#render-status')?.textContent.includes('exact'));
  },
  async customize(page) {
    await page.click('#mode-customize');
  },
  async unsupported(page, url) {
    await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
    await page.goto(`${url}?unsupported`);
    await page.waitForSelector('#unsupported', { visible: true });
  },
};

async function setSteps(page: Page, steps: number): Promise<void> {
  await page.click('#steps', { count: 3 });
  await page.type('#steps', String(steps));
}

async function closeDialog(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { hidden: true });
}
