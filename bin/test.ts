// `test [--lane unit|gpu|e2e|full]… [--full | --more] [file filters]`: vitest, in the environment that Dawn needs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';
import { LAVAPIPE_ICD } from './chromium-package.mjs';
import { SHARED } from './shared.ts';
import { whatWentWrong } from './test-report.ts';

/** What `npm test` runs: all that the repository alone can. */
const DEFAULT_LANES = ['unit', 'gpu', 'e2e'];

/** Names the file in which the lanes of one run gather what went wrong: the last lines of a long log say it. */
const REPORT = 'REFILM_TEST_REPORT';

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
  const report = join(folder, 'report.txt');
  writeFileSync(report, '');
  process.env[REPORT] = report;
  try {
    const first = await run(more ? ['full'] : [...DEFAULT_LANES, 'full'], filters);
    console.error('Once more on lavapipe, which has f16:');
    const second = await runOnLavapipe(filters);
    console.error("And the networks with a GPU's kernel variants:");
    const third = await runOnLavapipe(filters.length > 0 ? filters : ['test/net'], 'hardware');
    console.error(`\n${readFileSync(report, 'utf8') || 'Nothing went wrong in any lane.'}`);
    return first || second || third;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function run(project: string[], filters: string[]): Promise<number> {
  const vitest = await startVitest('test', filters, { run: true, watch: false, project });
  const wrong = whatWentWrong(vitest, project.join(', '));
  const report = process.env[REPORT];
  if (report !== undefined) appendFileSync(report, wrong);
  else if (wrong !== '') console.error(wrong);
  await vitest.close();
  return process.exitCode === undefined ? 0 : Number(process.exitCode);
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
