import { describe, expect, test } from 'vitest';
import { outputSize, workingSize } from '../../src/editor/ask/geometry.ts';
import { resolveOptions, type EditOptions, type ModelDefaults } from '../../src/editor/ask/options.ts';

const MODEL: ModelDefaults = {
  size: 128,
  frames: 8,
  steps: 20,
  guidance: 5,
  temporal: 1,
  structure: 0,
  prior_guidance: 2,
  prior_steps: 25,
};

describe('working size', () => {
  test.each([
    [
      { width: 128, height: 128 },
      { width: 128, height: 128 },
    ],
    [
      { width: 320, height: 192 },
      { width: 160, height: 96 },
    ],
    [
      { width: 192, height: 320 },
      { width: 96, height: 160 },
    ],
    [
      { width: 1920, height: 1080 },
      { width: 160, height: 96 },
    ],
    [
      { width: 640, height: 480 },
      { width: 128, height: 96 },
    ],
    [
      { width: 16, height: 16 },
      { width: 128, height: 128 },
    ],
  ])('%o is worked on as %o', (display, want) => {
    expect(workingSize(display, 128 * 128)).toEqual(want);
  });

  test('sides are multiples of 32 and the area stays near the wanted one for every aspect up to 4:1', () => {
    for (let aspect = 0.25; aspect <= 4; aspect *= 1.07) {
      const { width, height } = workingSize({ width: 1000 * aspect, height: 1000 }, 128 * 128);
      expect(width % 32 || height % 32).toBe(0);
      expect((width * height) / (128 * 128)).toBeGreaterThan(0.6);
      expect((width * height) / (128 * 128)).toBeLessThan(1.5);
    }
  });
});

test('the written size is the display size, at most 720p, with even sides', () => {
  expect(outputSize({ width: 320, height: 192 })).toEqual({ width: 320, height: 192 });
  expect(outputSize({ width: 1920, height: 1080 })).toEqual({ width: 1280, height: 720 });
  expect(outputSize({ width: 1080, height: 1920 })).toEqual({ width: 720, height: 1280 });
  expect(outputSize({ width: 853.33, height: 481 })).toEqual({ width: 854, height: 482 });
  expect(outputSize({ width: 1, height: 1 })).toEqual({ width: 2, height: 2 });
});

describe('options', () => {
  test("defaults are the model's on a GPU, fewer frames and steps on a CPU", () => {
    expect(resolveOptions({ prompt: 'a' }, MODEL, false)).toMatchObject({
      steps: 20,
      fps: 'source',
      guidance: 5,
      seed: 0,
    });
    expect(resolveOptions({ prompt: 'a' }, MODEL, true)).toMatchObject({ steps: 8, fps: 4 });
    expect(resolveOptions({ prompt: 'a', steps: 3, fps: 'source' }, MODEL, true)).toMatchObject({
      steps: 3,
      fps: 'source',
    });
  });

  test('prompt and picture, alone and together', () => {
    const picture = new Blob();
    const content = (options: EditOptions) => resolveOptions(options, MODEL, false).content;
    expect(content({ prompt: 'a' })).toEqual({ prompt: 'a', picture: undefined, blend: 0 });
    expect(content({ picture })).toEqual({ prompt: undefined, picture, blend: 1 });
    expect(content({ prompt: 'a', picture })).toEqual({ prompt: 'a', picture, blend: 0.5 });
    expect(content({ prompt: 'a', picture, blend: 0 }).blend).toBe(0);
    expect(resolveOptions({ prompt: 'a' }, MODEL, false).strength).toBe(1);
  });

  test.each<[string, EditOptions, RegExp]>([
    ['no content', {}, /options\.prompt, options\.picture or both, got neither/],
    ['blend', { prompt: 'a', blend: 0.5 }, /blend .*give both, got only options\.prompt/],
    ['blend', { picture: new Blob(), blend: 0 }, /give both, got only options\.picture/],
    ['blend', { prompt: 'a', picture: new Blob(), blend: 1.1 }, /blend must be 0 to 1, got 1\.1/],
    ['strength', { prompt: 'a', strength: -0.1 }, /strength must be 0 to 1, got -0\.1/],
    ['empty prompt', { prompt: '  \n' }, /prompt must be a sentence/],
    ['structure', { prompt: 'a', structure: 8 }, /structure.*0 to 7, got 8/],
    ['structure', { prompt: 'a', structure: 1.5 }, /structure.*whole/],
    ['temporal', { prompt: 'a', temporal: -0.1 }, /temporal.*0 to 4, got -0\.1/],
    ['guidance', { prompt: 'a', guidance: NaN }, /guidance.*got NaN/],
    ['steps', { prompt: 'a', steps: 0 }, /steps.*1 to 1000, got 0/],
    ['seed', { prompt: 'a', seed: -1 }, /seed/],
    ['start', { prompt: 'a', start: -1 }, /start.*at least 0/],
    ['duration', { prompt: 'a', duration: 0 }, /duration.*more than 0/],
    ['fps', { prompt: 'a', fps: 0 }, /fps.*more than 0/],
    ['size', { prompt: 'a', size: { width: 100, height: 96 } }, /multiples of 32.*100x96/],
    ['size', { prompt: 'a', size: 8 }, /size/],
    ['output', { prompt: 'a', output: { width: 321, height: 192 } }, /even sides.*321x192/],
  ])('%s: %o is refused', (_, options, message) => {
    expect(() => resolveOptions(options, MODEL, true)).toThrow(message);
  });
});
