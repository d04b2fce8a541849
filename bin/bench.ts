// `bench [options]`: times the kernels in a headless browser, by the page in bench/, and prints its table.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Page } from 'puppeteer-core';
import { headline, type BenchRow } from '../bench/measure.ts';
import { launchBrowser } from './browser.ts';
import { buildPageIfStale } from './build.ts';
import { watchForCrash } from './crash.ts';
import { servePage } from './serve.ts';
import { assertWritable, writeAtomically } from './write-atomically.ts';

const ROOFLINE = fileURLToPath(new URL('../bench/ROOFLINE.md', import.meta.url));

const USAGE = `npm run bench -- [options]
  --kernel name      one kernel (default: all that have timed shapes)
  --shape n          only the kernel's shape of this number
  --samples n        samples of each variant (default 5)
  --software         SwiftShader even where there is a GPU
  --compile          instead: compiles what an edit needs, in parallel; how many pipelines, how long
  --roofline         writes bench/ROOFLINE.md: a step of SD1.5's size against public peak numbers
  -o report.json     writes the report, as the page's button does`;

/** The command. Resolves to the exit code; throws on a wrong call, and where no browser has WebGPU. */
export async function main(argv: string[]): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: {
      kernel: { type: 'string' },
      shape: { type: 'string' },
      samples: { type: 'string' },
      software: { type: 'boolean', default: false },
      compile: { type: 'boolean', default: false },
      roofline: { type: 'boolean', default: false },
      out: { type: 'string', short: 'o' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (values.roofline) {
    const { rooflineText } = await import('../bench/roofline.ts');
    await writeAtomically(ROOFLINE, new Blob([await rooflineText()]).stream());
    return 0;
  }
  if (values.compile) {
    const { adapter, pipelines, seconds } = await inBrowser(values.software, (page) =>
      page.evaluate(() => window.refilmCompile()),
    );
    console.log(`${pipelines} pipelines in ${seconds.toFixed(2)} s on ${adapter}`);
    return 0;
  }
  const options = {
    kernel: values.kernel,
    shape: count('shape', values.shape, 0),
    samples: count('samples', values.samples, 1),
  };
  const { out } = values;
  if (out !== undefined) await assertWritable(out);
  const report = await inBrowser(values.software, async (page) => {
    await page.exposeFunction('printRow', print);
    return page.evaluate((asked) => window.refilmBench(asked), options);
  });
  console.log(headline(report));
  if (out !== undefined) await writeAtomically(out, new Blob([JSON.stringify(report, null, 2)]).stream());
  return 0;
}

/** Opens the benchmark's page and does `work` there. */
async function inBrowser<T>(software: boolean, work: (page: Page) => Promise<T>): Promise<T> {
  const folder = await buildPageIfStale(() => console.error('Building the page …'), 'bench');
  await using server = await servePage(folder);
  await using running = await launchBrowser({
    adapter: software ? 'software' : 'auto',
    onNotice: console.error,
  });
  const { browser } = running;
  const page = await browser.newPage();
  await page.goto(`${server.origin}/index.html`);
  await page.waitForFunction(() => 'refilmBench' in window, { timeout: 30_000 });
  console.log(running.version);
  // Awaited: the browser and the server are closed where this block ends.
  return await watchForCrash(browser, page, work(page));
}

function print({ kernel, shape, variant, ms, gflops, gbps, share }: BenchRow): void {
  const speed = `${ms.toFixed(3).padStart(10)} ms ${gflops.toFixed(2).padStart(9)} GFLOP/s ${gbps.toFixed(2).padStart(8)} GB/s`;
  const of = `${Math.round(100 * share)} %`.padStart(6);
  console.log(`${kernel.padEnd(18)} ${variant.padEnd(14)} ${speed} ${of}  ${shape}`);
}

function count(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text !== '' && Number.isInteger(number) && number >= least) return number;
  throw new RangeError(`--${option} must be a whole number from ${least} on, got '${text}'`);
}
