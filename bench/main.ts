// The benchmark's page, for any browser: a button, a table that fills as kernels are timed, and the result as a file.
// `npm run bench` drives it through `window.refilmBench`.

import { Gpu } from '../src/gpu/index.ts';
import { measureCompile, type CompileReport } from './compile.ts';
import { headline, measure, type BenchOptions, type BenchReport, type BenchRow } from './measure.ts';
import { CASES, timedShapes } from '../test/kernels/cases.ts';

declare global {
  interface Window {
    /** Measures and resolves to the report; the table on the page fills meanwhile. */
    refilmBench: (options: BenchOptions) => Promise<BenchReport>;
    /** Compiles what an edit with the bundled model needs. */
    refilmCompile: () => Promise<CompileReport>;
    /** Told every line as it comes, if the command line drives the page. */
    printRow?: (row: BenchRow) => void;
  }
}

const form = document.querySelector('form')!;
const kernels = form.querySelector('select')!;
const run = form.querySelector<HTMLButtonElement>('button[type=submit]')!;
const save = form.querySelector<HTMLButtonElement>('button[type=button]')!;
const status = document.querySelector('output')!;
const table = document.querySelector('tbody')!;

let report: BenchReport | undefined;

for (const kernel of CASES) if (timedShapes(kernel).length > 0) kernels.add(new Option(kernel.op, kernel.op));

function show(line: BenchRow): void {
  const { kernel, shape, variant, ms, gflops, gbps, share } = line;
  const row = table.insertRow();
  const figures = [ms.toFixed(3), gflops.toFixed(2), gbps.toFixed(2), `${Math.round(100 * share)} %`];
  const cells = [kernel, shape, variant, ...figures];
  for (const cell of cells) row.insertCell().textContent = cell;
  window.printRow?.(line);
}

async function bench(options: BenchOptions): Promise<BenchReport> {
  table.replaceChildren();
  save.disabled = run.disabled = true;
  let gpu: Gpu | undefined;
  try {
    gpu = await Gpu.create();
    status.textContent = `Measuring on ${gpu.describe()} …`;
    report = await measure(gpu, options, show);
    status.textContent = headline(report);
    save.disabled = false;
    return report;
  } catch (error) {
    status.textContent = error instanceof Error ? error.message : String(error);
    throw error;
  } finally {
    gpu?.dispose();
    run.disabled = false;
  }
}

async function compile(): Promise<CompileReport> {
  return measureCompile(await Gpu.create());
}

function download(content: BenchReport): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(content, null, 2)], { type: 'application/json' }));
  link.download = `refilm-bench-${content.date.slice(0, 10)}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  bench({ kernel: kernels.value || undefined }).catch(() => undefined); // the page shows what went wrong
});
save.addEventListener('click', () => {
  if (report) download(report);
});
window.refilmBench = bench;
window.refilmCompile = compile;
