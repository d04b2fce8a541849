// `probe <files…> [--json]`: decodes each file in a browser and prints what is in it, or why it was refused.
import { parseArgs } from 'node:util';
import type { Probe } from '../src/codec/probe.ts';
import { BrowserCrashedError } from './crash.ts';
import { assertReadable } from './input-file.ts';
import { openCommandPage, type CommandPage } from './page.ts';

interface Refusal {
  readonly file: string;
  readonly error: { readonly name: string; readonly message: string; readonly code?: string };
}

type Line = ({ readonly file: string } & Probe) | Refusal;

/** Prints a line for each file. The exit code is 1 if any was refused, 2 if none was named. */
export async function main(argv: string[]): Promise<number> {
  const { values, positionals: files } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  });
  if (files.length === 0) {
    console.error('Usage: npm run probe -- <files…> [--json]');
    return 2;
  }
  let page: CommandPage | undefined;
  let refused = 0;
  try {
    for (const file of files) {
      // Without a page no file can be probed, so its failure ends the command instead of blaming the file.
      page ??= await openCommandPage({ adapter: 'software', onNotice: console.error });
      const line = await lineFor(page, file);
      console.log(values.json ? JSON.stringify(line) : describe(line));
      if ('error' in line) refused++;
      if (!page.running.browser.connected || page.page.isClosed()) {
        await page.dispose();
        page = undefined;
      }
    }
  } finally {
    await page?.dispose();
  }
  return refused > 0 ? 1 : 0;
}

async function lineFor(page: CommandPage, file: string): Promise<Line> {
  try {
    await assertReadable(file);
    return { file, ...(await probeIn(page, file)) };
  } catch (error) {
    if (error instanceof BrowserCrashedError) await page.page.close().catch(() => undefined);
    return refusal(file, error as Error);
  }
}

async function probeIn({ page, server, run }: CommandPage, file: string): Promise<Probe> {
  const url = server.addFile(file);
  return await run(page.evaluate((address) => window.refilmCommand.probe(address), url));
}

function refusal(file: string, error: Error & { code?: unknown }): Refusal {
  const { name, message } = error;
  const code = typeof error.code === 'string' ? { code: error.code } : {};
  return { file, error: { name, message, ...code } };
}

function describe(line: Line): string {
  if ('error' in line) {
    const { name, message } = line.error;
    return `${line.file}\n  refused   ${name}: ${message}`;
  }
  const { codedWidth, codedHeight, displayWidth, displayHeight, rotation, flip, sampleAspect } = line;
  const rows = [
    ['video', `${line.codec}, ${line.frames} frames${line.truncated ? ' (the file is cut off)' : ''}`],
    ['size', `${displayWidth}x${displayHeight} shown, ${codedWidth}x${codedHeight} coded`],
    ['turned', `${rotation}°${flip ? ', mirrored' : ''}, sample aspect ${sampleAspect.join(':')}`],
    ['time', `${seconds(line.firstTime)} to ${seconds(line.lastTime)}, lasts ${seconds(line.duration)}`],
    ...line.audio.map((audio) => [
      'audio',
      `${audio.codec}, ${audio.sampleRate} Hz, ${audio.channels} channels, ${audio.packets} packets`,
    ]),
  ];
  return [line.file, ...rows.map(([name = '', text = '']) => `  ${name.padEnd(9)} ${text}`)].join('\n');
}

function seconds(value: number): string {
  return `${value.toFixed(3)} s`;
}
