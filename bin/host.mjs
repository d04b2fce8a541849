// Runs one script of bin/ with Vite's module runner: TypeScript and `?raw` imports work without a build.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const [script, ...rest] = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
const { module } = await runnerImport(fileURLToPath(new URL(script, import.meta.url)), {
  root,
  configFile: false,
  logLevel: 'error',
});
try {
  process.exit(await module.main(rest));
} catch (error) {
  console.error(error instanceof Error ? (process.env.DEBUG ? error.stack : `${error.name}: ${error.message}`) : error);
  process.exit(1);
}
