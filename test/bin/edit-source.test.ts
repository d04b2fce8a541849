import { describe, expect, test } from 'vitest';
import { readSource } from '../../bin/edit-source.ts';
import { MODES } from '../../src/editor/ask/modes.ts';

const NONE = { storyboard: false };

describe('modes on the command line', () => {
  test('every mode can be asked for, with what it needs', () => {
    for (const [mode, { defaults }] of Object.entries(MODES)) {
      const storyboard = mode === 'storyboard';
      const words = { storyboard, mode, ...(mode === 'customize' && { unet: 'tuned.safetensors' }) };
      const names = [storyboard ? 'still.png@0' : 'clip.mp4'];
      const asked = storyboard ? { duration: 2 } : {};
      expect(readSource(words, names, asked, mode === 'mask').options).toEqual(defaults);
    }
  });

  test('what is asked for goes before what suits the mode', () => {
    const { source, options } = readSource({ ...NONE, mode: 'mask' }, ['clip.mp4'], { structure: 4 }, true);
    expect(source).toEqual({ video: 'clip.mp4' });
    expect(options).toEqual({ structure: 4 });
  });

  test.each<[string, Parameters<typeof readSource>[0], RegExp]>([
    ['a mask without one', { ...NONE, mode: 'mask' }, /^--mode mask needs --mask-box, --mask-depth or .*\.$/],
    ['no mode', { ...NONE, mode: 'paint' }, /--mode must be one of .*mask.*, got 'paint'/],
    ['weights that are missing', { ...NONE, mode: 'customize' }, /--mode customize needs --unet/],
    ['a scene of another mode', { ...NONE, mode: 'mask', scene: 'city' }, /--scene belongs to --mode render/],
  ])('%s: refused', (_, words, message) => {
    expect(() => readSource(words, ['clip.mp4'], {}, false)).toThrow(message);
  });
});
