import { describe, expect, test } from 'vitest';
import { frameWindows } from '../../src/sampler/index.ts';

test('a short clip repeats its last frame', () => {
  expect(frameWindows(3)).toEqual([{ frames: [0, 1, 2, 2, 2, 2, 2, 2], held: 0, end: 3 }]);
  expect(frameWindows(8)).toEqual([{ frames: [0, 1, 2, 3, 4, 5, 6, 7], held: 0, end: 8 }]);
});

test('the last window is shifted back and holds more', () => {
  const windows = frameWindows(16);
  expect(windows.map(({ frames }) => frames[0])).toEqual([0, 6, 8]);
  expect(windows.map(({ held }) => held)).toEqual([0, 2, 6]);
});

describe.each(Array.from({ length: 40 }, (_, i) => i + 1))('%i frames', (count) => {
  test('every frame is finished once, in order, by windows of 8', () => {
    const windows = frameWindows(count);
    expect(windows.flatMap(({ frames, held, end }) => frames.slice(held, end))).toEqual(
      Array.from({ length: count }, (_, i) => i),
    );
    for (const { frames, held } of windows.slice(1)) {
      expect(frames).toHaveLength(8);
      expect(held).toBeGreaterThanOrEqual(2);
    }
  });
});

test('no overlap', () => {
  expect(frameWindows(9, { length: 4, overlap: 0 }).map(({ frames, held }) => [frames[0], held])).toEqual([
    [0, 0],
    [4, 0],
    [5, 3],
  ]);
});

test.each([
  [0, {}],
  [1.5, {}],
  [NaN, {}],
  [10, { overlap: 8 }],
  [10, { overlap: -1 }],
  [10, { length: 0 }],
])('%d frames with %j are refused', (count, options) => {
  expect(() => frameWindows(count, options)).toThrow(RangeError);
});
