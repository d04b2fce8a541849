// `npm run goldens -- <folder> [--only <text>]`: every golden case of a folder against the engine.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Gpu } from '../src/gpu/index.ts';
import { createGpu } from './dawn.ts';
import { findCases, type GoldenCase } from './goldens/cases.ts';
import { judge } from './goldens/check.ts';
import { RUNNERS } from './goldens/registry.ts';
import { assertFolder } from './input-file.ts';

const USAGE = `npm run goldens -- <folder> [options]
  <folder>           of case folders, one case folder, or a bundle's goldens folder
  --only text        only cases whose path contains it
  --precision f16    storage; f16 needs an adapter with shader-f16 (REFILM_ADAPTER=lavapipe)
Per output: the worst error, what is allowed there, at which element, and the error in percent of what is allowed.`;

/** The command. Resolves to the exit code: 1 when a case fails or its class is unknown, 2 for a wrong call. */
export async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      only: { type: 'string', default: '' },
      precision: { type: 'string', default: 'f32' },
      help: { type: 'boolean', default: false },
    },
  });
  const { precision, only, help } = values;
  const [folder] = positionals;
  if (help || positionals.length !== 1 || !folder || (precision !== 'f32' && precision !== 'f16')) {
    console.log(USAGE);
    return help ? 0 : 2;
  }
  await assertFolder(resolve(folder));
  const cases = (await findCases(resolve(folder))).filter(({ name }) => name.includes(only));
  if (cases.length === 0) throw new Error(`No case of ${folder} has '${only}' in its path.`);
  const device = lazy(() => createGpu({ precision }));
  const failed: string[] = [];
  for (const golden of cases) {
    if (!(await runCase(golden, device.get, precision))) failed.push(golden.name);
  }
  (await device.made)?.dispose();
  const list = failed.length > 0 ? `: ${failed.join(', ')}` : '';
  console.log(
    `${cases.length - failed.length} of ${cases.length} cases passed, ${failed.length} failed${list}`,
  );
  return failed.length === 0 ? 0 : 1;
}

/** Runs and prints one case. Resolves to whether it passed; a throwing case is printed and has failed. */
async function runCase(
  golden: GoldenCase,
  gpu: () => Promise<Gpu>,
  precision: 'f32' | 'f16',
): Promise<boolean> {
  const { name, className } = golden;
  console.log(`${name} (${className})`);
  const runner = RUNNERS.get(className);
  if (!runner) {
    console.log(`  FAILED: the engine does not know the class '${className}'`);
    return false;
  }
  try {
    const checks = await runner(golden, gpu);
    const verdicts = checks.map((check) => judge(check, precision));
    for (const { line } of verdicts) console.log(line);
    const compared = checks.some(({ got }) => got !== undefined);
    if (!compared) console.log('  FAILED: nothing was compared');
    return compared && verdicts.every(({ failed }) => !failed);
  } catch (error) {
    console.log(`  FAILED: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

/** `make` at the first `get`, and its result for everyone after. */
function lazy<T>(make: () => Promise<T>): {
  readonly get: () => Promise<T>;
  readonly made: Promise<T> | undefined;
} {
  let made: Promise<T> | undefined;
  return {
    get: () => (made ??= make()),
    get made() {
      return made;
    },
  };
}
