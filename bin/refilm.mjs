#!/usr/bin/env node
// The one entry of every command: `node bin/refilm.mjs <command> [arguments]`.
// It starts a fresh node process, because the Vulkan loader that Dawn uses reads its environment
// (LD_LIBRARY_PATH, VK_ICD_FILENAMES) at process start, and lets Vite run the TypeScript of bin/.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromiumPackage, vulkanEnvironment } from './chromium-package.mjs';

const COMMANDS = {
  edit: { script: 'edit.ts', what: 'turn a video into another one by a sentence or a picture' },
  evaluate: { script: 'evaluate.ts', what: 'edit clips and measure how well the results obey' },
  probe: { script: 'probe.ts', what: 'decode files and print what is in them' },
  goldens: { script: 'goldens.ts', what: 'compare networks with expected numbers', dawn: true },
  kernel: { script: 'kernel.ts', what: 'run, check and time one kernel', dawn: true },
  bench: { script: 'bench.ts', what: 'time the kernels in a browser' },
  size: { script: 'size.ts', what: 'bytes of the engine and the page as they are sent' },
  start: { script: 'start.ts', what: 'open the demo page' },
  screenshots: { script: 'screenshots.ts', what: 'picture every state of the demo page' },
  test: { script: 'test.ts', what: 'run the tests', dawn: true },
};

const [name, ...rest] = process.argv.slice(2);
const command = COMMANDS[name];
if (!command) {
  console.error(`Unknown command '${name ?? ''}'. Commands:`);
  for (const [key, { what }] of Object.entries(COMMANDS)) console.error(`  ${key.padEnd(11)} ${what}`);
  process.exit(2);
}

if (!existsSync(new URL('../node_modules/vite', import.meta.url))) {
  console.error("Refilm's packages are not installed: run npm ci first.");
  process.exit(1);
}

const environment = { ...process.env };
if (command.dawn) Object.assign(environment, await vulkanEnvironment(environment, chromiumPackage));

const host = fileURLToPath(new URL('./host.mjs', import.meta.url));
const child = spawn(process.execPath, [host, command.script, ...rest], {
  stdio: 'inherit',
  env: environment,
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exit(code ?? (signal === 'SIGINT' ? 130 : 1));
});
