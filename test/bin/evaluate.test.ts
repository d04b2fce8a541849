import { expect, test } from 'vitest';
import { seamsOf } from '../../bin/evaluate.ts';

const quality = (frames: number, at: readonly number[]) => ({
  frames,
  result: {
    frame: 0,
    prompt: undefined,
    consecutive: Array.from({ length: frames - 1 }, (_, i) => (at.includes(i) ? 0.5 : 1)),
  },
});

test('seams are where a window goes on after frames that an earlier one has finished', () => {
  expect(seamsOf(quality(8, []), 8)).toBeUndefined();
  // Windows of 8 with 2 frames held finish 0 to 7, 8 to 13 and 14 to 19.
  expect(seamsOf(quality(20, [7, 13]), 8)).toEqual({ inside: 1, across: 0.5 });
  // The last window is shifted back to end with the clip.
  expect(seamsOf(quality(10, [7]), 8)).toEqual({ inside: 1, across: 0.5 });
});
