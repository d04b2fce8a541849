import { describe, expect, test } from 'vitest';
import {
  type Card,
  checkedStoryboard,
  cropOf,
  frameCount,
  framingAt,
  layersAt,
  type Motion,
  type StoryboardOptions,
} from '../../src/editor/scenes/storyboard.ts';

const image = new Blob();
const cards = (...times: number[]): Card[] => times.map((time) => ({ image, time }));
const shown = (time: number, fade: number) =>
  layersAt([0.2, 1, 2], 3, time, { fade, motion: 'hold' }).map(({ card, opacity }) => [card, opacity]);

describe('what is shown when', () => {
  test('hard cuts: every card from its own time on, the first from the start', () => {
    expect(shown(0, 0)).toEqual([[0, 1]]);
    expect(shown(0.999, 0)).toEqual([[0, 1]]);
    expect(shown(1, 0)).toEqual([[1, 1]]);
    expect(shown(2, 0)).toEqual([[2, 1]]);
    expect(shown(2.999, 0)).toEqual([[2, 1]]);
  });

  test('a cross-fade is half over at its cut, and lies evenly about it', () => {
    expect(shown(0.75, 0.5)).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(shown(1, 0.5)).toEqual([
      [0, 1],
      [1, 0.5],
    ]);
    expect(shown(1.25, 0.5)).toEqual([[1, 1]]);
  });

  test('a fade leaves every still some time for itself', () => {
    const short = layersAt([0, 1, 1.2], 3, 1.1, { fade: 5, motion: 'hold' });
    expect(short).toMatchObject([{ card: 1, opacity: 1 }]);
  });

  test('something opaque is shown at all times', () => {
    for (let time = 0; time < 3; time += 0.01) {
      expect(Math.max(...shown(time, 0.7).map(([, opacity]) => opacity!))).toBe(1);
    }
  });
});

describe('the camera', () => {
  test.each<Motion>(['hold', 'zoom', 'pan', 'drift'])(
    '%s never leaves the still and rests at both ends',
    (motion) => {
      for (const card of [0, 1]) {
        for (let progress = 0; progress <= 1; progress += 0.05) {
          for (const still of [
            { width: 400, height: 100 },
            { width: 90, height: 200 },
          ]) {
            const crop = cropOf(still, { width: 160, height: 96 }, framingAt(motion, card, progress));
            expect(crop.x).toBeGreaterThanOrEqual(-1e-9);
            expect(crop.y).toBeGreaterThanOrEqual(-1e-9);
            expect(crop.x + crop.width).toBeLessThanOrEqual(still.width + 1e-9);
            expect(crop.y + crop.height).toBeLessThanOrEqual(still.height + 1e-9);
            expect(crop.width / crop.height).toBeCloseTo(160 / 96, 9);
          }
        }
        const [start, soon] = [framingAt(motion, card, 0), framingAt(motion, card, 1e-3)];
        expect(Math.abs(soon.x - start.x) + Math.abs(soon.zoom - start.zoom)).toBeLessThan(1e-4);
      }
    },
  );

  test('only hold stands still', () => {
    expect(framingAt('hold', 0, 0)).toEqual(framingAt('hold', 0, 1));
    for (const motion of ['zoom', 'pan', 'drift'] as const) {
      expect(framingAt(motion, 0, 0)).not.toEqual(framingAt(motion, 0, 1));
      expect(framingAt(motion, 0, 1)).not.toEqual(framingAt(motion, 1, 1));
    }
  });
});

test('frames fill the duration; the last may be shorter', () => {
  expect(frameCount(3, 8)).toBe(24);
  expect(frameCount(2.9, 10)).toBe(29);
  expect(frameCount(2.91, 10)).toBe(30);
  expect(frameCount(0.01, 8)).toBe(1);
});

test.each<[readonly Card[], StoryboardOptions, RegExp]>([
  [[], { duration: 1 }, /^TypeError: A storyboard needs at least one card/],
  [cards(0), { duration: 0 }, /^RangeError: duration must be more than 0/],
  [cards(0), { duration: 1, fps: 0 }, /^RangeError: fps/],
  [cards(0), { duration: 1, fade: -1 }, /^RangeError: fade/],
  [
    cards(0),
    { duration: 1, motion: 'spin' as Motion },
    /^RangeError: motion must be one of hold, zoom, pan, drift, got 'spin'/,
  ],
  [
    cards(0),
    { duration: 1, size: { width: 33, height: 32 } },
    /^RangeError: size must have even sides.*33x32/,
  ],
  [
    cards(0, 2),
    { duration: 2 },
    /^RangeError: cards\[1\]\.time must be at least 0 and before the end at 2 s, got 2/,
  ],
  [cards(-1), { duration: 2 }, /^RangeError: cards\[0\]\.time .* got -1/],
  [
    cards(0, 1, 1),
    { duration: 2 },
    /^RangeError: cards\[2\]\.time must be after that of the card before, got 1 after 1/,
  ],
  [cards(NaN), { duration: 2 }, /^RangeError: cards\[0\]\.time .* got NaN/],
])('%o, %o is refused', (given, options, message) => {
  const refused = () => {
    try {
      checkedStoryboard(given, options);
      return 'accepted';
    } catch (error) {
      return String(error);
    }
  };
  expect(refused()).toMatch(message);
});
