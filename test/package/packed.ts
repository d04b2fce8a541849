// The package as npm would publish it: built from the sources as they are, packed into a tarball in a folder of its own.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { libConfig } from '../../vite.config.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** What was packed. */
export interface Packed {
  /** The package's files as they are published. */
  readonly folder: string;
  readonly tarball: string;
  remove(): Promise<void>;
}

/** Builds and packs. */
export async function packPackage(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), 'refilm-package-'));
  for (const name of ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'weights']) {
    await cp(join(ROOT, name), join(folder, name), { recursive: true });
  }
  const outDir = join(folder, 'dist/lib');
  const config = libConfig();
  await build({
    ...config,
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    build: { ...config.build, outDir },
  });
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', outDir]);
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json'], { cwd: folder });
  const [packed] = JSON.parse(stdout) as [{ filename: string }];
  const remove = () => rm(folder, { recursive: true, force: true });
  return { folder, tarball: join(folder, packed.filename), remove };
}
