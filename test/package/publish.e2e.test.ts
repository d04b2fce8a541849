// What publint and "are the types wrong?" say of the package as it would be published. ESM only: there is no CommonJS
// build, and `attw` is told so.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { packPackage, type Packed } from './packed.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
let packed: Packed;

beforeAll(async () => {
  packed = await packPackage();
}, 300_000);
afterAll(() => packed.remove());

test('every export has its file and its types', () => {
  for (const [name, { types, default: module }] of Object.entries(manifest.exports)) {
    expect(existsSync(join(packed.folder, types)), `types of ${name}`).toBe(true);
    expect(existsSync(join(packed.folder, module)), `module of ${name}`).toBe(true);
  }
});

test('publint has nothing to say', async () => {
  const { messages, pkg } = await publint({ pkgDir: packed.folder, strict: true, pack: false });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});

test('attw resolves the types of every entry', async () => {
  const attw = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  const args = [attw, packed.tarball, '--profile', 'esm-only', '--format', 'json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 });
  const { analysis, problems } = JSON.parse(stdout) as {
    analysis: { entrypoints: Record<string, unknown> };
    problems?: Record<string, readonly { kind: string; resolutionKind?: string }[]>;
  };
  expect(Object.keys(analysis.entrypoints).sort()).toEqual(Object.keys(manifest.exports).sort());
  // The two ways that know no ES modules, which the profile leaves out.
  const found = Object.values(problems ?? {}).flat();
  const served = found.filter(
    ({ resolutionKind }) => resolutionKind !== 'node10' && resolutionKind !== 'node16-cjs',
  );
  expect(served).toEqual([]);
});
