// `size [--json]`: bytes of the engine and of the page as they are sent: minified, and minified and gzipped.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build, type UserConfig } from 'vite';
import { libConfig, pageConfig } from '../vite.config.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What is measured: what an application that imports `refilm` bundles, and what the page loads beside its model. */
const PARTS = {
  engine: {
    what: 'src/index.ts without mp4box, which is loaded when a file is opened',
    config: engineConfig,
  },
  worker: { what: 'src/worker.ts, likewise', config: () => engineConfig('worker') },
  page: { what: 'demo/: scripts and styles of both pages and their worker', config: pageConfig },
};

/** Bytes of one part. */
export interface Size {
  readonly minified: number;
  readonly gzipped: number;
}

/** Exit code 0. */
export async function main(argv: string[]): Promise<number> {
  const { values } = parseArgs({ args: argv, options: { json: { type: 'boolean', default: false } } });
  const sizes: Record<string, Size> = {};
  for (const [name, { what, config }] of Object.entries(PARTS)) {
    const size = (sizes[name] = await sizeOf(config()));
    const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1).padStart(7)} KiB`;
    if (!values.json)
      console.log(`${name.padEnd(7)}${kib(size.minified)} minified,${kib(size.gzipped)} gzipped  (${what})`);
  }
  if (values.json) console.log(JSON.stringify(sizes));
  return 0;
}

/** One entry of the package as an application's bundler would make it. */
function engineConfig(entry: 'index' | 'worker' = 'index'): UserConfig {
  const config = libConfig();
  const input = fileURLToPath(new URL(`../src/${entry}.ts`, import.meta.url));
  const lib = { entry: { [entry]: input }, formats: ['es' as const] };
  const external = /^mp4box(\/|$)/;
  return { ...config, build: { ...config.build, lib, rolldownOptions: { external: [external] } } };
}

async function sizeOf(config: UserConfig): Promise<Size> {
  const built = await build({
    ...config,
    root: config.root ?? ROOT,
    configFile: false,
    logLevel: 'error',
    build: { ...config.build, write: false, minify: true, sourcemap: false },
  });
  const outputs = Array.isArray(built) ? built : [built];
  let minified = 0;
  let gzipped = 0;
  for (const result of outputs) {
    if (!('output' in result)) throw new Error('vite watches instead of building.');
    for (const file of result.output) {
      if (!/\.(js|css|html)$/.test(file.fileName)) continue;
      const content = file.type === 'chunk' ? file.code : file.source;
      minified += Buffer.byteLength(content);
      gzipped += gzipSync(content, { level: 9 }).length;
    }
  }
  return { minified, gzipped };
}
