// Render mode with a depth pass of the user's own, by real clicks.
import { join } from 'node:path';
import { test } from 'vitest';
import { withPage } from '../browser.ts';
import { choose, demoPage, MINUTE, open, pickSample, ROOT, saveOneFrame, waitForText } from './demo-page.ts';

const { url, folder } = demoPage();

test('render: a clip with its depth pass', { timeout: 10 * MINUTE }, () =>
  withPage(async (page) => {
    await open(page, url());
    await pickSample(page, 'horse');
    await page.click('#mode-render');
    await choose(page, 'label:has(#depth-pass)', join(ROOT, 'samples/horse.mp4'));
    await waitForText(page, '#render-status', 'Depth pass: horse.mp4');
    await saveOneFrame(page, folder(), 'horse-refilm.mp4');
  }),
);
