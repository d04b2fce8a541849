// Unpacks the Chromium that the npm package @sparticuz/chromium carries, once, atomically.
// The same folder holds SwiftShader's Vulkan driver, on which Dawn for node runs where there is no GPU.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../node_modules/.cache/refilm/', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../node_modules/@sparticuz/chromium/package.json', import.meta.url));

/**
 * Folder with `chromium`, `libvulkan.so.1`, `vk_swiftshader_icd.json` and `al2023/lib` (NSS, expat).
 * Throws on anything but Linux x64, the only platform that the package carries a browser for.
 */
export async function chromiumPackage() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `The Chromium of @sparticuz/chromium runs on Linux x64 only, this is ${process.platform} ${process.arch}. ` +
        'Install Google Chrome, or set REFILM_BROWSER to the path of a Chrome or Chromium.',
    );
  }
  const { version } = JSON.parse(await readFile(PACKAGE, 'utf8'));
  const folder = join(CACHE, `chromium-${version}`);
  if (existsSync(join(folder, 'chromium'))) return folder;
  await mkdir(CACHE, { recursive: true });
  // Unpacked beside the target and renamed: a process killed half-way leaves no half a browser behind.
  const partial = await mkdtemp(join(CACHE, 'unpacking-'));
  const saved = {
    TMPDIR: process.env.TMPDIR,
    AWS_EXECUTION_ENV: process.env.AWS_EXECUTION_ENV,
    LD: process.env.LD_LIBRARY_PATH,
  };
  // The package unpacks into os.tmpdir(), and its own NSS and expat only if it believes to run on node 22.
  process.env.TMPDIR = partial;
  process.env.AWS_EXECUTION_ENV = 'AWS_Lambda_nodejs22.x';
  try {
    const { default: chromium } = await import('@sparticuz/chromium');
    await chromium.executablePath();
    await rename(partial, folder).catch((error) => {
      if (!existsSync(join(folder, 'chromium'))) throw error; // another process was first: its copy is as good
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
    restore('TMPDIR', saved.TMPDIR);
    restore('AWS_EXECUTION_ENV', saved.AWS_EXECUTION_ENV);
    restore('LD_LIBRARY_PATH', saved.LD);
  }
  return folder;
}

/** @param {string} name @param {string | undefined} value */
function restore(name, value) {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** Where Debian's mesa-vulkan-drivers say how lavapipe is loaded. */
export const LAVAPIPE_ICD = '/usr/share/vulkan/icd.d/lvp_icd.json';

/**
 * Environment for a process that runs Dawn for node. REFILM_ADAPTER chooses: `swiftshader` (the default where
 * the Chromium package runs), `lavapipe` (Mesa's CPU driver, has f16), or `system` (the machine's own drivers).
 * @param {NodeJS.ProcessEnv} environment
 * @param {() => Promise<string>} unpack
 */
export async function vulkanEnvironment(environment, unpack) {
  const linux = process.platform === 'linux' && process.arch === 'x64';
  const adapter = environment.REFILM_ADAPTER ?? (linux ? 'swiftshader' : 'system');
  if (adapter === 'system') return {};
  const folder = await unpack();
  const libraries = [folder, join(folder, 'al2023', 'lib'), environment.LD_LIBRARY_PATH].filter(Boolean);
  if (adapter === 'swiftshader') {
    return {
      LD_LIBRARY_PATH: libraries.join(delimiter),
      VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json'),
    };
  }
  if (adapter === 'lavapipe') {
    if (!existsSync(LAVAPIPE_ICD)) {
      throw new Error(
        `REFILM_ADAPTER=lavapipe needs ${LAVAPIPE_ICD}: install mesa-vulkan-drivers 25 or later.`,
      );
    }
    return { LD_LIBRARY_PATH: environment.LD_LIBRARY_PATH ?? folder, VK_ICD_FILENAMES: LAVAPIPE_ICD };
  }
  throw new Error(`REFILM_ADAPTER must be swiftshader, lavapipe or system, got '${adapter}'.`);
}
