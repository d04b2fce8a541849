// Runs a command of the repository as a user would, and makes what it is given.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, symlink, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { samplePath } from '../codec/fixtures.ts';
import { NANO } from '../nano.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A sample, a sentence that suits it, and as little work as an edit in the sample's own look can be. */
export const RUNNER = samplePath('runner');
export const ROBOT = ['--prompt', 'a golden robot walking on the moon'];
export const SHORT = ['--software', '--size', '64x64', '--steps', '2', '--fps', '4'];

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `npm run <args>`'s command. `interruptAt` sends it a Ctrl-C once its standard error holds that text; `seconds`
 * is then the time from there to its end.
 */
export async function runCommand(
  args: readonly string[],
  { interruptAt }: { readonly interruptAt?: string } = {},
): Promise<Ended & { readonly seconds: number }> {
  const command = spawn(process.execPath, ['bin/refilm.mjs', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let since = performance.now();
  let stderr = '';
  command.stderr.setEncoding('utf8').on('data', (part: string) => {
    const before = stderr.length;
    stderr += part;
    if (interruptAt === undefined || stderr.indexOf(interruptAt, Math.max(0, before - 80)) < 0) return;
    if (command.killed) return;
    since = performance.now();
    command.kill('SIGINT');
  });
  const [stdout] = await Promise.all([text(command.stdout), once(command, 'close')]);
  return { code: command.exitCode, stdout, stderr, seconds: (performance.now() - since) / 1000 };
}

/** A folder of its own for `body`, removed afterwards. `files` lists what lies in it, hidden files too. */
export async function withFolder<T>(body: (folder: string, files: () => string[]) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'refilm-test-'));
  try {
    return await body(folder, () => readdirSync(folder).sort());
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The bundled model in `folder`, but for the UNet's weights, which end too early. */
export async function damagedModel(folder: string): Promise<void> {
  for (const name of await readdir(NANO)) {
    if (name !== 'unet') await symlink(join(NANO, name), join(folder, name));
  }
  await cp(join(NANO, 'unet'), join(folder, 'unet'), { recursive: true });
  await truncate(join(folder, 'unet', 'diffusion_pytorch_model.safetensors'), 100_000);
}

/** A PNG of one colour. */
export function png(width: number, height: number, rgb: readonly [number, number, number]): Uint8Array {
  const row = [0, ...Array.from({ length: width }, () => rgb).flat()];
  const pixels = Uint8Array.from(Array.from({ length: height }, () => row).flat());
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(pixels)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
