// The demo page as it is built, used by real clicks.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page, SerializedAXNode } from 'puppeteer-core';
import { expect, test } from 'vitest';
import { withPage } from '../browser.ts';
import {
  choose,
  demoPage,
  download,
  drop,
  fill,
  MINUTE,
  open,
  pickSample,
  ROOT,
  text,
  trimToOneFrame,
  visible,
  waitForTakes,
  waitForText,
} from './demo-page.ts';

const { url, folder } = demoPage();

test(
  'from a dropped clip to saved takes: cancelled mid-step, started again, queued, compared, measured, kept over a reload',
  { timeout: 20 * MINUTE },
  () =>
    withPage(async (page) => {
      await open(page, url());
      await drop(page, '#screen', join(ROOT, 'samples/runner.mp4'));
      await waitForText(page, '#clip-status', '24 frames in 2.0 s, with sound');
      await page.click('#run');
      expect(await text(page, '#message')).toContain('Say in a sentence');

      const picture = join(folder(), 'page.png');
      await writeFile(picture, await page.screenshot());
      await drop(page, '#picture-zone label', picture);
      await page.waitForSelector('#picture-view', { visible: true });
      await fill(page, { steps: '0' });
      await page.click('#run'); // refused by the field
      expect(await page.$('.take')).toBeNull();
      await fill(page, { steps: '400', fps: '1' });
      await trimToOneFrame(page);
      await page.click('#run');
      await waitForText(page, '#phase', 'Denoising', 5 * MINUTE);
      expect(await text(page, '#plan-text')).toContain('400 steps');
      expect(await text(page, '#remaining')).toMatch(/^about .* left$/);
      await page.waitForSelector('#preview', { visible: true, timeout: MINUTE });
      await page.click('#cancel');
      await waitForText(page, '#message', 'Cancelled', MINUTE);
      expect(await visible(page, '#progress')).toBe(false);
      await page.locator('.take ::-p-text(Remove)').click();

      await page.click('#picture-remove');
      await page.type('#prompt', 'a golden robot walking on the moon');
      await fill(page, { steps: '1' });
      await page.click('#run');
      await waitForText(page, '#run', 'Add to queue');
      await fill(page, { seed: '7' });
      await page.click('#run');
      await waitForTakes(page, 2, 8 * MINUTE);

      await waitForText(page, '#facts', '1 frame in');
      await playsInStep(page);
      const saved = await download(page, '#save', folder());
      expect(saved.name).toBe('runner-refilm.mp4');
      expect(saved.bytes.subarray(4, 8).toString('latin1')).toBe('ftyp');

      await page.click('#measure');
      await waitForText(page, '#measures', 'prompt consistency', 2 * MINUTE);
      for (const box of await page.$$('.take input[type=checkbox]')) await box.click();
      await page.click('#compare');
      await page.waitForSelector('dialog[open]');
      const differing = await page.$$eval('dialog .differs', (values) =>
        values.map((each) => each.textContent),
      );
      expect(differing.sort()).toEqual(['0', '7']);
      await page.keyboard.press('Escape');

      await page.reload();
      await waitForTakes(page, 2, MINUTE);
      expect(await text(page, '#take-list')).toContain('seed 7');
      expect(await page.$eval('#seed', (field) => (field as HTMLInputElement).value)).toBe('7');
      await page.click('.take-show');
      await waitForText(page, '#measures', '');
      expect(await text(page, '#facts')).toContain('1 frame in');
      await page.locator('::-p-text(Remove all)').click();
      await page.waitForSelector('#takes', { hidden: true });
    }),
);

test('a file that is no clip gives a message, and the next clip is taken', () =>
  withPage(async (page) => {
    await open(page, url());
    await choose(page, '#welcome label', join(ROOT, 'package.json'));
    await waitForText(page, '#clip-status', "package.json can't be edited.");
    await page.click('#run');
    expect(await text(page, '#message')).toContain('Choose a clip first');

    await pickSample(page, 'dancer');
    await waitForText(page, '#clip-status', '320×192');
    expect(await visible(page, '#message')).toBe(false);
    expect(await page.$eval('#prompt', (area) => (area as HTMLTextAreaElement).value)).toContain('dancing');

    await drop(page, '#screen', join(ROOT, 'bin/refilm.mjs'));
    await waitForText(page, '#clip-status', "refilm.mjs can't be edited.");
    await drop(page, '#screen', join(ROOT, 'samples/horse.mp4'));
    await waitForText(page, '#clip-name', 'horse');

    await choose(page, '#picture-zone label', join(ROOT, 'package.json'));
    await waitForText(page, '#picture-empty', 'package.json is no picture');
  }));

test('a link says what was set, and code says the same', () =>
  withPage(async (page) => {
    await open(
      page,
      `${url()}#clip=horse&prompt=a+brown+horse&structure=3&temporal=1.25&seed=7&start=0.5&steps=x&fps=-1`,
    );
    await waitForText(page, '#clip-name', 'horse');
    expect(await text(page, '#structure-value')).toBe('3');
    expect(await page.$eval('.handle.start', (handle) => handle.ariaValueNow)).toBe('0.50');
    await page.click('#code');
    const code = await text(page, 'dialog pre');
    expect(code).toContain("prompt: 'a brown horse'");
    expect(code).toContain('structure: 3,\n  temporal: 1.25,\n  seed: 7,\n  start: 0.5,');
    expect(code).not.toMatch(/steps|fps/);
    await page.keyboard.press('Escape');
    await page.evaluate(() => {
      Object.defineProperty(navigator, 'clipboard', {
        value: { writeText: (words: string) => Promise.resolve(void (document.title = words)) },
      });
    });
    await page.click('#share');
    await page.waitForFunction(() => document.title.includes('#'));
    expect(new URL(await page.title()).hash).toBe(
      '#clip=horse&prompt=a+brown+horse&structure=3&temporal=1.25&seed=7&start=0.5',
    );
  }));

test('divider, handles and frames go by keys', () =>
  withPage(async (page) => {
    await open(page, `${url()}#clip=runner`);
    await waitForText(page, '#clip-name', 'runner');
    await page.focus('.handle.start');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await page.$eval('.handle.start', (handle) => handle.ariaValueText)).toBe(
      '0.17 s, 22 frames chosen',
    );
    await page.click('#next');
    await page.waitForFunction(
      () => document.querySelector<HTMLVideoElement>('#source')!.currentTime >= 0.25,
    );
    await page.focus('#timeline input');
    await page.keyboard.press('End');
    await waitForText(page, '#time', '1.92 / 2.00 s');
    // As it is once there is a result, without the minute that one takes.
    await page.$eval('#screen', (screen) => screen.setAttribute('data-view', 'split'));
    await page.$eval('#divider', (divider) => divider.removeAttribute('hidden'));
    await page.focus('#divider');
    await page.keyboard.press('ArrowLeft');
    expect(await page.$eval('#divider', (divider) => divider.ariaValueNow)).toBe('48');
  }));

test('every control of every mode has a name and is reached by keys', () =>
  withPage(async (page) => {
    await open(page, `${url()}#clip=runner`);
    await waitForText(page, '#clip-name', 'runner');
    await page.focus('#mode-stylize');
    const modes: string[] = [];
    for (;;) {
      const mode = await page.$eval('[role=tab][aria-selected=true]', (tab) => tab.id);
      if (modes.includes(mode)) break;
      modes.push(mode);
      expect(namelessControls((await page.accessibility.snapshot())!), mode).toEqual([]);
      expect(await unreachedControls(page), mode).toEqual([]);
      await page.focus(`#${mode}`);
      await page.keyboard.press('ArrowRight');
    }
    expect(modes).toHaveLength(5);
  }));

/** What a screen reader would call by its kind alone. */
function namelessControls({ role, name, children = [] }: SerializedAXNode): string[] {
  const control =
    /^(button|link|textbox|spinbutton|slider|checkbox|radio|combobox|tab|DisclosureTriangle|img|image)$/;
  return [...(control.test(role) && !name ? [role] : []), ...children.flatMap(namelessControls)];
}

/** What is seen and enabled, but not come by with Tab, once round the page. */
async function unreachedControls(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    (document.activeElement as HTMLElement).blur();
    for (const control of document.querySelectorAll<HTMLElement>(
      'button, input, textarea, summary, a[href], [role=slider]',
    )) {
      const other = control instanceof HTMLInputElement && control.type === 'radio' && !control.checked;
      const left = control.tabIndex < 0 || control.matches(':disabled') || other;
      control.toggleAttribute('data-unreached', control.checkVisibility() && !left);
    }
  });
  for (let left = true, i = 0; left && i < 100; i++) {
    await page.keyboard.press('Tab');
    left = await page.evaluate(() => {
      document.activeElement?.removeAttribute('data-unreached');
      return document.querySelector('[data-unreached]') !== null;
    });
  }
  return page.$$eval('[data-unreached]', (controls) => controls.map(({ outerHTML }) => outerHTML));
}

test('there is no camera here, and the page says so', () =>
  withPage(async (page) => {
    await open(page, url());
    await page.click('#webcam');
    await waitForText(page, 'dialog [role=status]', 'No camera was found');
  }));

test('a camera of moving pictures gives a clip', () =>
  withPage(async (page) => {
    await page.evaluateOnNewDocument(() => {
      const canvas = document.createElement('canvas');
      const draw = (): void => {
        const context = canvas.getContext('2d')!;
        context.fillStyle = `hsl(${performance.now() / 10} 80% 50%)`;
        context.fillRect(0, 0, canvas.width, canvas.height);
        requestAnimationFrame(draw);
      };
      draw();
      navigator.mediaDevices.getUserMedia = () => Promise.resolve(canvas.captureStream(15));
    });
    await open(page, url());
    await page.click('#webcam');
    await page.waitForSelector('dialog .primary:enabled');
    await page.click('dialog .primary');
    await waitForText(page, '#clip-name', 'camera', MINUTE);
    expect(await text(page, '#clip-status')).toMatch(/^300×150, \d+ frames in [34]\./);
  }));

test('nothing is wider than a phone', () =>
  withPage(async (page) => {
    await page.setViewport({ width: 360, height: 740 });
    await open(page, `${url()}#clip=books`);
    await waitForText(page, '#clip-name', 'books');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  }));

test('a browser without WebGPU is told what works', () =>
  withPage(async (page) => {
    await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
    await page.goto(url());
    await page.waitForSelector('#unsupported', { visible: true });
    expect(await text(page, '#unsupported-reasons')).toContain('has no WebGPU');
    expect(await visible(page, '#editor')).toBe(false);
  }));

/** Clip and result play together, and rest at the same moment. */
async function playsInStep(page: Page): Promise<void> {
  const state = await page.$eval('#play', (button) => button.ariaLabel);
  if (state === 'Pause') await page.click('#play');
  await page.focus('#timeline input');
  await page.keyboard.press('Home');
  await page.waitForFunction(() => {
    const time = (id: string) => document.querySelector<HTMLVideoElement>(id)!.currentTime;
    return Math.abs(time('#result') - time('#source')) < 0.01;
  });
}
