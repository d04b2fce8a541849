import { expect, test } from 'vitest';
import { pairedFrames, openDepth } from '../../src/editor/structure/depth_pass.ts';
import type { DepthMap } from '../../src/editor/ask/depth_source.ts';
import type { FrameTime } from '../../src/editor/source/source.ts';

const times = (...list: number[]): FrameTime[] => list.map((time) => ({ time, duration: 1 }));
const map = (width: number, height: number, value = 0.5): DepthMap => ({
  width,
  height,
  data: new Float32Array(width * height).fill(value),
});
const readAll = async (maps: readonly DepthMap[]) => {
  const depths = await openDepth(maps);
  const found = [];
  for await (const { index, pixels } of depths.read(undefined)) found.push({ index, pixels });
  return found;
};

test('a map for each edited frame, or for each frame of the file', () => {
  const all = times(0, 10, 25, 30, 40, 55);
  const edited = times(10, 30, 55);
  expect(pairedFrames(edited, all, 3)).toEqual([0, 1, 2]);
  expect(pairedFrames(edited, all, 6)).toEqual([1, 3, 5]);
  expect(pairedFrames(all, all, 6)).toEqual([0, 1, 2, 3, 4, 5]);
});

test('a pass of another length is refused with the counts', () => {
  const all = times(0, 1, 2, 3);
  expect(() => pairedFrames(times(0, 2), all, 3)).toThrow(
    'options.depth has 3 frames, the source 2 that are edited, 4 in the whole file: give a map for each.',
  );
  expect(() => pairedFrames(all, all, 5)).toThrow(
    'options.depth has 5 frames, the source 4 that are edited: give a map for each.',
  );
});

test('maps come in their order and can be read once', async () => {
  const maps = [map(3, 2), map(3, 2, 2), map(1, 1)];
  expect(await readAll(maps)).toEqual(maps.map((pixels, index) => ({ index, pixels })));
});

test.each<[string, unknown, RegExp]>([
  ['no list', 7, /^TypeError: options\.depth is a Blob, or an iterable/],
  ['an empty list', [], /^MediaError: options\.depth ended before its first frame/],
  ['too few numbers', [{ ...map(3, 2), height: 3 }], /^TypeError: .*3x3 needs .*9 numbers, got 6/],
  ['a plain array', [{ width: 1, height: 1, data: [1] }], /^TypeError: .*Float32Array of 1 numbers/],
  ['no number', [map(2, 2), map(2, 2, NaN)], /^RangeError: .*finite, got NaN at x 0, y 0/],
  ['a file that is no video', new Blob(['nothing']), /^MediaError: options\.depth: /],
])('%s is refused', async (_, depth, message) => {
  const failure = await readAll(depth as DepthMap[]).then(String, String);
  expect(failure).toMatch(message);
});
