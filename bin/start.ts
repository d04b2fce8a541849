// `start [--port n]`: serves the demo page with Vite and opens it where there is a desktop.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { pageConfig } from '../vite.config.ts';

/** Serves until Ctrl-C. */
export async function main(argv: string[]): Promise<number> {
  const { values } = parseArgs({ args: argv, options: { port: { type: 'string', default: '5173' } } });
  const config = pageConfig();
  const server = await createServer({
    ...config,
    configFile: false,
    logLevel: 'warn',
    server: { ...config.server, host: '127.0.0.1', port: Number(values.port) },
  });
  await server.listen();
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error(`The page can't be served on port ${values.port}: try --port 0.`);
  console.log(`Refilm is at ${url} (Ctrl-C ends it)`);
  openOnDesktop(url);
  return await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(0));
  });
}

/** Where it can't be opened, the printed address has to do. */
function openOnDesktop(url: string): void {
  const { platform, env } = process;
  if (platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return;
  const [program, ...args] =
    platform === 'darwin'
      ? ['open', url]
      : platform === 'win32'
        ? ['cmd', '/c', 'start', url]
        : ['xdg-open', url];
  spawn(program, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
