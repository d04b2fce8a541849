// Each mode by the command line, from its inputs to a file that decodes to the frames that were asked for.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { soundFile } from '../net/fixtures.ts';
import { samplePath } from '../codec/fixtures.ts';
import { png, runCommand, withFolder } from './command.ts';

/** As little work as an edit can be. */
const SHORT = ['--software', '--size', '32x32', '--steps', '1', '--out-size', '64x48'];

/** Runs `edit` and probes what it wrote. */
async function edited(folder: string, args: readonly string[]): Promise<Record<string, unknown>> {
  const output = join(folder, 'out.mp4');
  const ended = await runCommand(['edit', ...args, ...SHORT, '-o', output]);
  expect(ended).toMatchObject({ code: 0 });
  const probed = await runCommand(['probe', output, '--json']);
  return JSON.parse(probed.stdout) as Record<string, unknown>;
}

test('storyboard: two stills become a clip of the asked duration', async () => {
  await withFolder(async (folder) => {
    const [first, second] = [join(folder, 'a.png'), join(folder, 'b.png')];
    await writeFile(first, png(48, 32, [200, 60, 40]));
    await writeFile(second, png(20, 40, [40, 60, 200]));
    const cards = ['--storyboard', `${first}@0`, `${second}@0.7`, '--duration', '1.3', '--fps', '4'];
    const found = await edited(folder, [...cards, '--prompt', 'a red ball']);
    expect(found).toMatchObject({
      frames: 6,
      displayWidth: 64,
      displayHeight: 48,
      firstTime: 0,
      lastTime: 1.25,
    });
    expect(found['duration']).toBeCloseTo(1.3, 2);
  });
});

test('render: a built-in scene with its own depth', async () => {
  await withFolder(async (folder) => {
    const sheet = join(folder, 'sheet.png');
    const scene = ['--mode', 'render', '--scene', 'walker', '--duration', '0.5', '--fps', '6'];
    const found = await edited(folder, [...scene, '--prompt', 'a golden robot', '--sheet', sheet]);
    expect(found).toMatchObject({ frames: 3, displayWidth: 64, displayHeight: 48, firstTime: 0 });
    expect(found['duration']).toBeCloseTo(0.5, 2);
  });
});

test('stylize and customize: prompt and picture, a depth pass, fine-tuned weights', async () => {
  await withFolder(async (folder) => {
    const [picture, weights] = [join(folder, 'style.png'), join(folder, 'tuned.safetensors')];
    await writeFile(picture, png(48, 32, [220, 160, 30]));
    const bias = { dtype: 'F32', shape: [24], bytes: new Uint8Array(4 * 24) } as const;
    await writeFile(weights, soundFile({ 'conv_out.bias': bias }));
    const clip = [samplePath('runner'), '--duration', '0.5', '--fps', '4', '--depth', samplePath('runner')];
    const content = ['--prompt', 'a red ball', '--picture', picture, '--blend', '0.3', '--strength', '0.8'];
    const found = await edited(folder, [...clip, ...content, '--mode', 'customize', '--unet', weights]);
    expect(found).toMatchObject({ frames: 2, displayWidth: 64, displayHeight: 48, firstTime: 0 });

    await writeFile(weights, soundFile({ 'conv_out.bais': bias }));
    const refused = await runCommand([
      ...['edit', ...clip, ...content, '--unet', weights],
      ...[...SHORT, '-o', join(folder, 'none.mp4')],
    ]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /WeightsError: tuned\.safetensors, tensor 'conv_out\.bais': expected only/,
    );
  });
});
