// Runs one script of bin/ with Vite's module runner: TypeScript and `?raw` imports work without a build.
import { fileURLToPath } from 'node:url';
import { createServer, createServerModuleRunner } from 'vite';

const [script, ...rest] = process.argv.slice(2);
const server = await createServer({
  root: fileURLToPath(new URL('..', import.meta.url)),
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  oxc: { target: 'node20' }, // node 20 has no `using`
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true, include: [] },
});
// It stays open: modules load others on demand (mp4box, the browser's package).
const runner = createServerModuleRunner(server.environments.ssr, { hmr: false });
const module = await runner.import(fileURLToPath(new URL(script, import.meta.url)));
try {
  process.exit(await module.main(rest));
} catch (error) {
  console.error(
    error instanceof Error ? (process.env.DEBUG ? error.stack : `${error.name}: ${error.message}`) : error,
  );
  process.exit(1);
}
