// The pages that the commands drive are built when first needed and whenever their sources have changed.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { benchConfig, pageConfig } from '../vite.config.ts';
import { onProcessEnd } from './cleanup.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = join(ROOT, 'node_modules', '.cache', 'refilm');
const INPUTS = ['src', 'weights', 'package-lock.json', 'vite.config.ts'];
/** What is built, and from what beside {@link INPUTS}. */
const PAGES = {
  page: { config: pageConfig, inputs: ['demo'] },
  bench: { config: benchConfig, inputs: ['bench', 'test/kernels', 'test/random.ts'] },
};
/** A page of older sources may still be open in another process, so it is kept for this long. */
const KEEP_MS = 3_600_000;

/**
 * Folder of the built page for the sources as they are now. Its name is a fingerprint of their names, sizes and times,
 * so that a page in use never changes, and processes that build at once end up with the same folder.
 */
export async function buildPageIfStale(
  onBuild: () => void = () => {},
  name: keyof typeof PAGES = 'page',
): Promise<string> {
  const { config: pageOptions, inputs } = PAGES[name];
  const folder = join(CACHE, `${name}-${await fingerprint([...INPUTS, ...inputs])}`);
  if (existsSync(folder)) return folder;
  onBuild();
  const partial = join(CACHE, `building-${randomBytes(4).toString('hex')}`);
  const forget = onProcessEnd(() => rmSync(partial, { recursive: true, force: true }));
  try {
    await mkdir(CACHE, { recursive: true });
    const config = pageOptions();
    await build({
      ...config,
      configFile: false,
      logLevel: 'error',
      build: { ...config.build, outDir: partial },
    });
    await rename(partial, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error; // another process was first: its page is the same
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
    forget();
  }
  await removeOldPages(folder, `${name}-`);
  return folder;
}

async function fingerprint(inputs: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const file of (await filesBelow(join(ROOT, input))).sort()) {
      const { size, mtimeMs } = await stat(file);
      hash.update(`${file}\0${size}\0${mtimeMs}\n`);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

async function filesBelow(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function removeOldPages(current: string, prefix: string): Promise<void> {
  for (const name of await readdir(CACHE)) {
    const folder = join(CACHE, name);
    if (!name.startsWith(prefix) || folder === current) continue;
    const info = await stat(folder).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > KEEP_MS) await rm(folder, { recursive: true, force: true });
  }
}
