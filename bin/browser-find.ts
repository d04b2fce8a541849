// Where a browser may be: named by an environment variable, installed on the machine, or carried by npm.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromiumPackage } from './chromium-package.mjs';

/** A browser that can be started. */
export interface BrowserCandidate {
  /** Path of the executable. */
  readonly path: string;
  /** Who named it: a variable of the environment, the usual places of this system, or the npm package. */
  readonly origin: 'environment' | 'installed' | 'package';
  /** How a message calls it. */
  readonly label: string;
  /** What its process needs in the environment beside what this process has. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder of fonts that come with it; the npm package has to work where there are no fonts. */
  readonly fonts?: string;
}

/** No browser can be found or started here. The message says what to install or to set. */
export class BrowserNotFoundError extends Error {
  override readonly name = 'BrowserNotFoundError';
}

const OVERRIDE = 'REFILM_BROWSER';
const FOREIGN_VARIABLES = ['PUPPETEER_EXECUTABLE_PATH', 'CHROME_PATH'] as const;

const NAMES_ON_PATH = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'chrome'];
const LINUX_PATHS = [
  '/opt/google/chrome/chrome',
  '/usr/lib/chromium/chromium',
  '/usr/lib/chromium-browser/chromium-browser',
];
const MAC_APPS = [
  'Google Chrome.app/Contents/MacOS/Google Chrome',
  'Chromium.app/Contents/MacOS/Chromium',
  'Google Chrome Canary.app/Contents/MacOS/Google Chrome Canary',
  'Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];
const WINDOWS_PROGRAMS = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Chromium\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
];

/**
 * The browsers to try, best first; the npm package's is unpacked only when it is reached. REFILM_BROWSER stands
 * alone: who names a browser wants that one. Throws BrowserNotFoundError if it names no executable file.
 */
export async function* browserCandidates(env = process.env): AsyncGenerator<BrowserCandidate> {
  const chosen = env[OVERRIDE];
  if (chosen) {
    if (!isExecutable(chosen)) {
      throw new BrowserNotFoundError(
        `${OVERRIDE} is '${chosen}', which is not an executable file. Set it to the path of a Chrome or Chromium, or unset it.`,
      );
    }
    yield { path: chosen, origin: 'environment', label: `${OVERRIDE}=${chosen}`, environment: {} };
    return;
  }
  for (const variable of FOREIGN_VARIABLES) {
    const path = env[variable];
    if (path && isExecutable(path)) {
      yield { path, origin: 'environment', label: `${variable}=${path}`, environment: {} };
    }
  }
  const installed = installedPaths(process.platform, env).find(isExecutable);
  if (installed) yield { path: installed, origin: 'installed', label: installed, environment: {} };
  if (process.platform === 'linux' && process.arch === 'x64') yield await packagedBrowser(env);
}

/** What to do on this system when no browser is there. */
export function howToGetABrowser(platform: NodeJS.Platform = process.platform): string {
  const override = `or set ${OVERRIDE} to the path of a Chrome or Chromium (version 121 or later).`;
  if (platform === 'darwin' || platform === 'win32') {
    return `Install Google Chrome (https://www.google.com/chrome), ${override}`;
  }
  return `Install Chromium with your package manager (Debian: apt-get install chromium), ${override}`;
}

/** The usual places of Chrome, Chromium and Edge on `platform`, whether they exist or not. */
export function installedPaths(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  if (platform === 'darwin') {
    const folders = ['/Applications', ...(env['HOME'] ? [join(env['HOME'], 'Applications')] : [])];
    return folders.flatMap((folder) => MAC_APPS.map((app) => join(folder, app)));
  }
  if (platform === 'win32') {
    const folders = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => env[name] ?? []);
    return folders.flatMap((folder) => WINDOWS_PROGRAMS.map((program) => `${folder}\\${program}`));
  }
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return [...NAMES_ON_PATH.flatMap((name) => folders.map((folder) => join(folder, name))), ...LINUX_PATHS];
}

async function packagedBrowser(env: NodeJS.ProcessEnv): Promise<BrowserCandidate> {
  const folder = await chromiumPackage();
  const libraries = [folder, join(folder, 'al2023', 'lib'), env['LD_LIBRARY_PATH']].filter(Boolean);
  return {
    path: join(folder, 'chromium'),
    origin: 'package',
    label: 'the Chromium of the npm package @sparticuz/chromium',
    environment: { LD_LIBRARY_PATH: libraries.join(delimiter) },
    fonts: join(folder, 'fonts', 'fonts'),
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
