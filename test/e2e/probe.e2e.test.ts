import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('probe prints a line for each file and fails if one is refused', async () => {
  const command = spawn(
    process.execPath,
    ['bin/refilm.mjs', 'probe', 'samples/runner.mp4', 'missing.mp4', 'package.json', '--json'],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [output] = await Promise.all([text(command.stdout), once(command, 'close')]);
  const lines = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(lines).toMatchObject([
    { file: 'samples/runner.mp4', codedWidth: 320, codedHeight: 192, rotation: 0, frames: 24, firstTime: 0 },
    { file: 'missing.mp4', error: { name: 'InputError', code: 'ENOENT' } },
    { file: 'package.json', error: { name: 'MediaError', code: 'not-mp4' } },
  ]);
  expect(command.exitCode).toBe(1);
});
