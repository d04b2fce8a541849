// What the demo page does with a take afterwards, and what measures many: moved sliders, and the sweep.
import { expect, test } from 'vitest';
import { withPage } from '../browser.ts';
import {
  demoPage,
  download,
  fill,
  MINUTE,
  open,
  pickSample,
  refilm,
  text,
  trimToOneFrame,
  waitForTakes,
  waitForText,
} from './demo-page.ts';

const { url, folder } = demoPage();

test(
  'sliders move after the run, approximately, and one click runs it exactly; then a sweep',
  { timeout: 20 * MINUTE },
  () =>
    withPage(async (page) => {
      await open(page, url());
      await pickSample(page, 'runner');
      await trimToOneFrame(page);
      await fill(page, { steps: '2' });
      await refilm(page);
      await page.locator('#mixer summary').click();
      await page.focus('#mix-guidance');
      await page.keyboard.press('ArrowRight');
      await waitForText(page, '#mix-status', 'approximate', 5 * MINUTE);
      await page.click('#exactly');
      await waitForTakes(page, 2);
      expect(await text(page, '#take-list')).toContain('ω 5.5');

      await page.click('#sweep');
      await page.$$eval('dialog input[type=checkbox]', (boxes) => {
        for (const box of boxes) box.checked = ['0', '1'].includes(box.value);
      });
      await page.click('#sweep-run');
      await waitForText(page, '#sweep-status', '1 measured', 5 * MINUTE);
      expect(await page.$$eval('#sweep-plot circle', (dots) => dots.length)).toBe(1);
      const saved = await download(page, '#sweep-save', folder());
      expect(saved.name).toBe('runner-sweep.csv');
      expect(saved.bytes.toString('utf8').trim().split('\n')).toHaveLength(2);
    }),
);
