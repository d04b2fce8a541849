// What `npm run edit` refuses before a browser is started. What it does is in test/e2e/edit.e2e.test.ts.
import { expect, test, vi } from 'vitest';
import { main } from '../../bin/edit.ts';
import { ROBOT, RUNNER } from '../e2e/command.ts';

/** How the command ends: bin/host.mjs prints what it throws, and ends with code 1. */
async function ended(args: string[]): Promise<{ code: number; stderr: string }> {
  const lines: unknown[] = [];
  const spy = vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(line));
  const code = await main(args).catch((error: unknown) => {
    lines.push(String(error));
    return 1;
  });
  spy.mockRestore();
  return { code, stderr: lines.join('\n') };
}

test.each<[string, string[], number, RegExp]>([
  ['no video', [...ROBOT], 2, /Name one video/],
  ['two videos', [RUNNER, RUNNER, ...ROBOT], 2, /Name one video/],
  ['no content', [RUNNER], 2, /Give --prompt, --picture or both/],
  ['a blend of one', [RUNNER, ...ROBOT, '--blend', '0.5'], 2, /--blend .*give both/],
  ['an empty prompt', [RUNNER, '--prompt', '  '], 2, /--prompt is empty/],
  ['no number', [RUNNER, ...ROBOT, '--steps', 'many'], 2, /--steps must be a number, got 'many'/],
  ['an unknown option', [RUNNER, ...ROBOT, '--stepz', '3'], 2, /stepz/],
  ['a mode that is none', [RUNNER, ...ROBOT, '--mode', 'dream'], 2, /--mode must be one of stylize, /],
  ['customize alone', [RUNNER, ...ROBOT, '--mode', 'customize'], 2, /--mode customize needs --unet/],
  ['a scene that is none', [...ROBOT, '--scene', 'moon'], 2, /scene must be one of walker, horse, city/],
  ['a scene of a video', [RUNNER, ...ROBOT, '--scene', 'city'], 2, /video or give --scene, not both/],
  ['depth of a scene', [...ROBOT, '--scene', 'city', '--depth', 'd.mp4'], 2, /--depth is a pass of a video/],
  [
    'a scene as a style',
    [...ROBOT, '--scene', 'city', '--mode', 'stylize'],
    2,
    /--scene belongs to --mode render/,
  ],
  ['an endless board', ['a.png@0', ...ROBOT, '--storyboard'], 2, /--storyboard needs --duration/],
  [
    'a card without time',
    ['a.png', ...ROBOT, '--storyboard', '--duration', '2'],
    2,
    /<image>@<seconds>.*'a\.png'/,
  ],
  [
    'cards out of order',
    ['a@1', 'b@0', ...ROBOT, '--storyboard', '--duration', '2'],
    2,
    /cards\[1\]\.time must be after/,
  ],
  ['a fade of a video', [RUNNER, ...ROBOT, '--fade', '1'], 2, /--fade is for --storyboard/],
  ['a missing model', [RUNNER, ...ROBOT, '--model', 'nowhere'], 2, /model_index\.json/],
  ['a missing file', ['missing.mp4', ...ROBOT], 1, /InputError: There is no file missing\.mp4/],
  ['no folder', [RUNNER, ...ROBOT, '-o', '/nowhere/out.mp4'], 1, /WriteError: .*folder does not exist/],
])('%s is refused before anything starts', async (_, args, code, message) => {
  const { code: got, stderr } = await ended(args);
  expect(stderr).toMatch(message);
  expect(got).toBe(code);
  expect(stderr).not.toContain('Browser:');
});
