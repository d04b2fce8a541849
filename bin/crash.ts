// Puppeteer leaves an evaluation pending for ever when its page crashes. Whoever waits for a page waits through this.
import type { Browser, Page } from 'puppeteer-core';

/** The browser, its page or its GPU process ended while work was pending. */
export class BrowserCrashedError extends Error {
  override readonly name = 'BrowserCrashedError';
}

/** Settles as `work` does, but rejects with BrowserCrashedError as soon as the page or the browser is gone. */
export async function watchForCrash<T>(browser: Browser, page: Page, work: Promise<T>): Promise<T> {
  let stop = (): void => {};
  const crash = new Promise<never>((_resolve, reject) => {
    const onPage = (error: Error): void =>
      reject(new BrowserCrashedError(`The page crashed (${error.message}). It may have run out of memory.`));
    const onBrowser = (): void => reject(new BrowserCrashedError('The browser ended while it was at work.'));
    page.once('error', onPage);
    browser.once('disconnected', onBrowser);
    stop = () => {
      page.off('error', onPage);
      browser.off('disconnected', onBrowser);
    };
  });
  try {
    return await Promise.race([work, crash]);
  } catch (error) {
    // The evaluation itself is often the first to notice, with puppeteer's words for it.
    if (!browser.connected && !(error instanceof BrowserCrashedError)) {
      throw new BrowserCrashedError('The browser ended while it was at work.', { cause: error });
    }
    throw error;
  } finally {
    stop();
  }
}
