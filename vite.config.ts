// Three builds: `vite build --mode lib` makes the package (dist/lib), `--mode page` the demo (dist/page), `--mode bench`
// the kernel benchmark and its peer adapter (dist/bench).
// `bin/` builds and serves the page through the functions exported here.
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, type UserConfig } from 'vite';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** What the package exports besides its root and its worker, each from `src/<layer>/index.ts`; package.json lists the same. */
const LAYERS = ['gpu', 'kernels', 'net', 'sampler', 'codec'];

const SERVICE_WORKER = 'service_worker';

/** The demo folder: the page for people and the page that the command line drives. */
export function pageConfig(): UserConfig {
  return {
    root: path('demo'),
    // Relative addresses: the folder works below any path of a web server.
    base: './',
    publicDir: false,
    worker: { format: 'es' },
    plugins: [listsPageFiles()],
    server: { fs: { allow: [path('.')] } },
    build: {
      outDir: path('dist/page'),
      emptyOutDir: true,
      target: 'es2023',
      // Weights and tokenizer files are fetched by range or streamed, which data URLs can't be.
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1000,
      rolldownOptions: {
        input: [path('demo/index.html'), path('demo/command.html'), path(`demo/${SERVICE_WORKER}.ts`)],
        output: {
          // A service worker has its name for good, and reaches no higher than the folder that it lies in.
          entryFileNames: ({ name }) => (name === SERVICE_WORKER ? '[name].js' : 'assets/[name]-[hash].js'),
        },
      },
    },
  };
}

/** The bench folder: the page that times the kernels, and the module that the peer benchmark imports. */
export function benchConfig(): UserConfig {
  return {
    root: path('bench'),
    base: './',
    publicDir: false,
    build: {
      outDir: path('dist/bench'),
      emptyOutDir: true,
      target: 'es2023',
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1000,
      rolldownOptions: {
        input: [path('bench/index.html'), path('bench/peer-adapter.ts')],
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].js' },
      },
    },
  };
}

/** The package: one ES module per layer, sharing chunks, readable, with the weights left where they are. */
export function libConfig(): UserConfig {
  const layers: Record<string, string> = {};
  for (const layer of LAYERS) layers[`${layer}/index`] = path(`src/${layer}/index.ts`);
  return {
    publicDir: false,
    worker: { format: 'es' },
    plugins: [weightsStayFiles()],
    build: {
      outDir: path('dist/lib'),
      emptyOutDir: true,
      target: 'es2023',
      minify: false,
      sourcemap: true,
      lib: {
        entry: { index: path('src/index.ts'), worker: path('src/worker.ts'), ...layers },
        formats: ['es'],
      },
      rolldownOptions: {
        external: [/^gl-matrix(\/|$)/, /^mp4box(\/|$)/],
        output: { chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  };
}

/** Writes offline.json: what the service worker keeps of the page for people, which is all but the model. */
function listsPageFiles(): Plugin {
  return {
    name: 'lists-page-files',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle).filter(
        (file) => /\.(html|js|css|svg|mp4)$/.test(file) && !/command|service_worker/.test(file),
      );
      this.emitFile({ type: 'asset', fileName: 'offline.json', source: JSON.stringify(files) });
    },
  };
}

/** weights/nano.js is published as it is beside the weights, where the user's bundler finds and copies them. */
function weightsStayFiles(): Plugin {
  return {
    name: 'weights-stay-files',
    enforce: 'pre',
    resolveId: (source) =>
      source.endsWith('/weights/nano.js') ? { id: 'refilm/nano', external: true } : null,
  };
}

export default defineConfig(({ mode }) => {
  if (mode === 'lib') return libConfig();
  if (mode === 'bench') return benchConfig();
  return pageConfig();
});
