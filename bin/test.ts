// `test [--lane unit|gpu|e2e|full]… [--full | --more] [file filters]`: vitest, in the environment that Dawn needs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startVitest, type Vitest } from 'vitest/node';
import { LAVAPIPE_ICD } from './chromium-package.mjs';
import { SHARED } from './shared.ts';

/** What `npm test` runs: all that the repository alone can. */
const DEFAULT_LANES = ['unit', 'gpu', 'e2e'];

/** Names the file in which the lanes of one run gather what failed: the last lines of a long log say it. */
const FAILURES = 'REFILM_TEST_FAILURES';

const entry = fileURLToPath(new URL('./refilm.mjs', import.meta.url));

/**
 * Runs the lanes that are named, by default those that need the repository alone. `--full` adds what needs the shared
 * folder, then the GPU lane again on lavapipe, whose f16 SwiftShader lacks, and the networks there with a GPU's kernel
 * variants; it fails where shared folder or lavapipe are missing. `--more` runs only what `--full` adds.
 */
export async function main(argv: string[]): Promise<number> {
  const lanes: string[] = [];
  const filters: string[] = [];
  let full = false;
  let more = false;
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '--lane') lanes.push(argv[++i] ?? '');
    else if (argv[i] === '--full') full = true;
    else if (argv[i] === '--more') more = true;
    else filters.push(argv[i]!);
  }
  if (!full && !more) return run(lanes.length > 0 ? lanes : DEFAULT_LANES, filters);
  const missing = whatIsMissing();
  for (const sentence of missing) console.error(sentence);
  if (missing.length > 0) return 1;
  const folder = mkdtempSync(join(tmpdir(), 'refilm-test-'));
  const failures = join(folder, 'failures.txt');
  writeFileSync(failures, '');
  process.env[FAILURES] = failures;
  try {
    const first = await run(more ? ['full'] : [...DEFAULT_LANES, 'full'], filters);
    console.error('Once more on lavapipe, which has f16:');
    const second = await runOnLavapipe(filters);
    console.error("And the networks with a GPU's kernel variants:");
    const third = await runOnLavapipe(filters.length > 0 ? filters : ['test/net'], 'hardware');
    const failed = readFileSync(failures, 'utf8');
    console.error(
      failed === '' ? '\nNo test failed in any lane.' : `\nWhat failed, of all lanes:\n${failed}`,
    );
    return first || second || third;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function run(project: string[], filters: string[]): Promise<number> {
  const vitest = await startVitest('test', filters, { run: true, watch: false, project });
  const failures = process.env[FAILURES];
  if (failures !== undefined) appendFileSync(failures, whatFailed(vitest, project.join(', ')));
  await vitest.close();
  return process.exitCode === undefined ? 0 : Number(process.exitCode);
}

/** A line for each file or test that failed, with the first lines of its error. */
function whatFailed(vitest: Vitest, lanes: string): string {
  const { REFILM_ADAPTER: adapter = 'the usual adapter', REFILM_VARIANTS: variants } = process.env;
  const where = [lanes, adapter, ...(variants ? [`${variants} variants`] : [])].join(', ');
  const lines: string[] = [];
  const report = (name: string, errors: readonly { message?: string }[] = []): void => {
    const message = errors[0]?.message?.split('\n').slice(0, 8).join('\n    ') ?? '';
    lines.push(`  [${where}] ${name}\n    ${message}\n`);
  };
  for (const module of vitest.state.getTestModules()) {
    if (module.errors().length > 0) report(module.moduleId, module.errors());
    for (const suite of module.children.allSuites())
      if (suite.errors().length > 0) report(`${module.moduleId} > ${suite.fullName}`, suite.errors());
    for (const test of module.children.allTests('failed'))
      report(`${module.moduleId} > ${test.fullName}`, test.result().errors);
  }
  const unhandled = vitest.state.getUnhandledErrors() as { message?: string }[];
  if (unhandled.length > 0) report('outside of any test', unhandled);
  return lines.join('');
}

/** In a process of its own: the Vulkan loader reads its environment once. */
async function runOnLavapipe(filters: string[], variants?: 'hardware'): Promise<number> {
  const { LD_LIBRARY_PATH: _libraries, VK_ICD_FILENAMES: _driver, ...environment } = process.env;
  const child = spawn(process.execPath, [entry, 'test', '--lane', 'gpu', ...filters], {
    stdio: 'inherit',
    env: { ...environment, REFILM_ADAPTER: 'lavapipe', ...(variants && { REFILM_VARIANTS: variants }) },
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}

function whatIsMissing(): string[] {
  const missing: string[] = [];
  if (!existsSync(SHARED))
    missing.push(`The full tests need the shared folder; ${SHARED} is missing. Set REFILM_SHARED to it.`);
  if (!existsSync(LAVAPIPE_ICD))
    missing.push(
      `The full tests need lavapipe; ${LAVAPIPE_ICD} is missing. Install mesa-vulkan-drivers 25 or later.`,
    );
  return missing;
}
