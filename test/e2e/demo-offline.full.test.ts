// The demo page without a network: what the first visit loaded is enough for the second.
import { expect, test } from 'vitest';
import { launchBrowser } from '../../bin/browser.ts';
import { servePage } from '../../bin/serve.ts';
import { buildPageIfStale } from '../../bin/build.ts';
import { fill, MINUTE, open, pickSample, refilm, trimToOneFrame, waitForText } from './demo-page.ts';

test(
  'the second visit edits a clip with the server gone',
  async () => {
    const server = await servePage(await buildPageIfStale(), { versions: true });
    await using running = await launchBrowser({ adapter: 'software' });
    const page = await running.browser.newPage();
    await open(page, `${server.origin}/index.html`);
    await page.waitForFunction(
      async () => (await navigator.serviceWorker.ready).active?.state === 'activated',
    );
    await pickSample(page, 'runner');
    await trimToOneFrame(page);
    await fill(page, { steps: '1' });
    await refilm(page);
    await server.close();
    await page.reload();
    await page.waitForFunction(() => document.querySelector('#device')?.textContent.startsWith('Runs on'));
    // The form and its sample as they were left; the player asks the service worker for parts of the file.
    await waitForText(page, '#clip-name', 'runner');
    await page.waitForFunction(() => document.querySelector<HTMLVideoElement>('#source')!.readyState >= 2);
    await refilm(page);
    expect(await page.$$eval('.take-show.done', (takes) => takes.length)).toBe(2);
  },
  5 * MINUTE,
);
