import { describe, expect, test } from 'vitest';
import { presentedFrames, segmentsOf } from '../../src/codec/edit-list.ts';
import type { Sample } from '../../src/codec/movie.ts';

/** Samples of 10 ticks in decode order from their composition times. */
const samples = (...cts: number[]): Sample[] =>
  cts.map((time, index) => ({
    index,
    offset: 0,
    size: 1,
    dts: index * 10,
    cts: time,
    duration: 10,
    isSync: true,
    units: 1,
  }));
const EDIT = { duration: 0, mediaTime: 0, rate: 1 };

describe('segmentsOf', () => {
  test('no edits: all media from 0', () => {
    expect(segmentsOf([], 1000, 90000, false)).toEqual([
      { presentation: 0, media: 0, duration: Infinity, dwell: false },
    ]);
  });

  test('an empty edit delays, in movie ticks; a media time trims, in track ticks', () => {
    const edits = [
      { ...EDIT, duration: 500, mediaTime: -1 },
      { ...EDIT, duration: 2000, mediaTime: 3000 },
    ];
    expect(segmentsOf(edits, 1000, 30000, false)).toEqual([
      { presentation: 15000, media: 3000, duration: 60000, dwell: false },
    ]);
  });

  test('a fragmented file plays its last edit to the end: its duration was written before the end was known', () => {
    const edits = [{ ...EDIT, duration: 100, mediaTime: 0 }];
    expect(segmentsOf(edits, 1000, 1000, true)[0]?.duration).toBe(Infinity);
    expect(segmentsOf(edits, 1000, 1000, false)[0]?.duration).toBe(100);
  });
});

describe('presentedFrames', () => {
  const times = (list: ReturnType<typeof presentedFrames>) =>
    list.map(({ sample, time, duration }) => [sample, time, duration]);

  test('presentation order, each until the next', () => {
    const frames = presentedFrames(samples(0, 30, 10, 20), [
      { presentation: 0, media: 0, duration: Infinity, dwell: false },
    ]);
    expect(times(frames)).toEqual([
      [0, 0, 10],
      [2, 10, 10],
      [3, 20, 10],
      [1, 30, 10],
    ]);
  });

  test('samples before and behind the edit are decoded only', () => {
    const frames = presentedFrames(samples(0, 10, 20, 30), [
      { presentation: 5, media: 10, duration: 20, dwell: false },
    ]);
    expect(times(frames)).toEqual([
      [1, 5, 10],
      [2, 15, 10],
    ]);
  });

  test('a frame that the start of the edit cuts gives its time to the next one', () => {
    const frames = presentedFrames(samples(0, 10, 20), [
      { presentation: 0, media: 4, duration: Infinity, dwell: false },
    ]);
    expect(times(frames)).toEqual([
      [1, 0, 16],
      [2, 16, 10],
    ]);
  });

  test('the last frame ends with the edit', () => {
    const frames = presentedFrames(samples(0, 10), [
      { presentation: 0, media: 0, duration: 14, dwell: false },
    ]);
    expect(times(frames).at(-1)).toEqual([1, 10, 4]);
  });

  test('edits may repeat and dwell', () => {
    const frames = presentedFrames(samples(0, 10), [
      { presentation: 0, media: 0, duration: 20, dwell: false },
      { presentation: 20, media: 0, duration: 10, dwell: false },
      { presentation: 30, media: 15, duration: 50, dwell: true },
    ]);
    expect(times(frames)).toEqual([
      [0, 0, 10],
      [1, 10, 10],
      [0, 20, 10],
      [1, 30, 50],
    ]);
  });

  test('a last sample without duration lasts as long as the one before', () => {
    const list = samples(0, 10).map((sample) => (sample.index === 1 ? { ...sample, duration: 0 } : sample));
    const frames = presentedFrames(list, [{ presentation: 0, media: 0, duration: Infinity, dwell: false }]);
    expect(times(frames).at(-1)).toEqual([1, 10, 10]);
  });
});
