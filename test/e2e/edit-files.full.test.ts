// `npm run edit` with files that are none, and with numbers that only the engine can judge.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renameCode, sampleBytes } from '../codec/fixtures.ts';
import { ROBOT, runCommand, RUNNER, SHORT, withFolder } from './command.ts';

test('a text file', async () => {
  await withFolder(async (folder, files) => {
    const clip = join(folder, 'clip.mp4');
    await writeFile(clip, 'no video at all\n'.repeat(100));
    const ended = await runCommand(['edit', clip, ...ROBOT, ...SHORT, '-o', join(folder, 'out.mp4')]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/MediaError: /);
    expect(files()).toEqual(['clip.mp4']);
  });
});

test('a file that has sound alone', async () => {
  await withFolder(async (folder, files) => {
    const clip = join(folder, 'clip.mp4');
    await writeFile(clip, renameCode(await sampleBytes('runner'), 'trak', 'free'));
    const ended = await runCommand(['edit', clip, ...ROBOT, ...SHORT, '-o', join(folder, 'out.mp4')]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/MediaError: .*video/);
    expect(files()).toEqual(['clip.mp4']);
  });
});

test('options out of range', async () => {
  await withFolder(async (folder, files) => {
    const ended = await runCommand([
      'edit',
      RUNNER,
      ...ROBOT,
      ...SHORT,
      '--structure',
      '9',
      '-o',
      join(folder, 'o.mp4'),
    ]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/RangeError: options\.structure must be .*0 to 7, got 9/);
    expect(files()).toEqual([]);
  });
});
