// The three examples of demo/examples, run as their readers would: against the packed package, from a CDN's addresses
// and through Vite, each to an edited clip.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, type RunningBrowser } from '../../bin/browser.ts';
import { servePage } from '../../bin/serve.ts';
import manifest from '../../package.json' with { type: 'json' };
import { samplePath } from '../codec/fixtures.ts';
import { packPackage, type Packed } from '../package/packed.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CDN = 'https://cdn.jsdelivr.net';
let packed: Packed;
let folder: string;
let browser: RunningBrowser;

beforeAll(async () => {
  [packed, browser, folder] = await Promise.all([
    packPackage(),
    launchBrowser({ adapter: 'software' }),
    mkdtemp(join(tmpdir(), 'refilm-examples-')),
  ]);
}, 300_000);
afterAll(async () => {
  await browser.close();
  await Promise.all([packed.remove(), rm(folder, { recursive: true, force: true })]);
});

/** The published files at `path`. */
async function unpack(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await promisify(execFile)('tar', ['-xzf', packed.tarball, '--strip-components=1', '-C', path]);
}

/** The page in `site` makes a video of a sample: its type, length and size as the browser plays it. */
async function runExample(site: string): Promise<[duration: number, width: number, height: number]> {
  const server = await servePage(site);
  const page = await browser.browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  try {
    await page.goto(`${server.origin}/index.html`);
    const input = await page.waitForSelector('input[type=file]');
    await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(samplePath('dancer'));
    await page.$eval('[name=steps]', (steps) => ((steps as HTMLInputElement).value = '1'));
    await page.click('button');
    await page.waitForFunction(
      () => /^Done|Error/.test(document.querySelector('output')!.textContent ?? ''),
      { timeout: 200_000 },
    );
    expect(await page.$eval('output', ({ textContent }) => textContent)).toBe('Done');
    await page.waitForFunction(() => document.querySelector('video')!.readyState > 0);
    const seen = await page.$eval('video', ({ duration, videoWidth, videoHeight }) => [
      duration,
      videoWidth,
      videoHeight,
    ]);
    expect(faults).toEqual([]);
    return seen as [number, number, number];
  } finally {
    await page.close();
    await server.close();
  }
}

const DANCER = [expect.closeTo(2, 1), 320, 192];

test('one HTML file, modules from a CDN', async () => {
  const site = join(folder, 'html');
  const html = await readFile(join(ROOT, 'demo/examples/html/index.html'), 'utf8');
  expect(html).toContain(`${CDN}/npm/refilm@${manifest.version}/`);
  await mkdir(site);
  await writeFile(join(site, 'index.html'), html.replaceAll(CDN, ''));
  await unpack(join(site, `npm/refilm@${manifest.version}`));
  for (const [name, version] of Object.entries(manifest.dependencies)) {
    expect(html).toContain(`${CDN}/npm/${name}@${version}/`);
    await cp(join(ROOT, 'node_modules', name), join(site, `npm/${name}@${version}`), { recursive: true });
  }
  expect(await runExample(site)).toEqual(DANCER);
});

test.each(['vite', 'worker'])('the %s example, built by Vite', async (name) => {
  const app = join(folder, name);
  await cp(join(ROOT, 'demo/examples', name), app, { recursive: true });
  await unpack(join(app, 'node_modules/refilm'));
  for (const dependency of Object.keys(manifest.dependencies)) {
    await symlink(join(ROOT, 'node_modules', dependency), join(app, 'node_modules', dependency));
  }
  await build({ root: app, configFile: join(app, 'vite.config.js'), logLevel: 'error' });
  expect(await runExample(join(app, 'dist'))).toEqual(DANCER);
});
