// A process that starts a browser, prints its process group and waits to be killed: browser.e2e.test.ts kills it.
import { launchBrowser } from '../../bin/browser.ts';

export async function main(): Promise<number> {
  const running = await launchBrowser({ adapter: 'software' });
  console.log(running.browser.process()!.pid);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  return 0;
}
