import { describe, expect, test } from 'vitest';
import type { Frame, VideoTrack } from '../../src/codec/movie.ts';
import { pick } from '../../src/codec/pick.ts';

/** A track of 1000 ticks per second with frames at the given times. */
function track(times: readonly number[], end: number): VideoTrack {
  const frames = times.map((time, index): Frame => ({
    index,
    sample: index,
    time,
    duration: (times[index + 1] ?? end) - time,
  }));
  return { timescale: 1000, frames, duration: end } as unknown as VideoTrack;
}
const regular = (fps: number, count: number) =>
  track(
    Array.from({ length: count }, (_, i) => Math.round((i * 1000) / fps)),
    Math.round((count * 1000) / fps),
  );
const times = ({ frames }: { frames: readonly Frame[] }) => frames.map(({ time }) => time);

describe('pick', () => {
  test("'source' takes every frame as it is", () => {
    const source = regular(30, 10);
    expect(pick(source).frames).toEqual(source.frames);
    expect(pick(source, { fps: 'source' })).toMatchObject({ start: 0, end: 333 });
  });

  test('a grid takes the nearest frames, which keep their times and last until the next', () => {
    const picked = pick(regular(30, 30), { fps: 10 });
    expect(times(picked)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    expect(picked.frames.every(({ duration }) => duration === 100)).toBe(true);
    expect(times(pick(regular(29.97, 30), { fps: 10 }))).toEqual([
      0, 100, 200, 300, 400, 501, 601, 701, 801, 901,
    ]);
  });

  test('a grid denser than the source takes every frame once', () => {
    expect(times(pick(regular(8, 8), { fps: 240 }))).toEqual(times(pick(regular(8, 8))));
  });

  test('a gap stays a gap', () => {
    const picked = pick(track([0, 100, 2100, 2200], 2300), { fps: 10 });
    expect(times(picked)).toEqual([0, 100, 2100, 2200]);
    expect(picked.frames[1]?.duration).toBe(2000);
  });

  test('a part starts with the frame on screen then, and times stay the source’s', () => {
    const picked = pick(regular(10, 30), { start: 1.04, duration: 0.5, fps: 'source' });
    expect(times(picked)).toEqual([1000, 1100, 1200, 1300, 1400, 1500]);
    expect(picked).toMatchObject({ start: 1000, end: 1540 });
    expect(picked.frames.at(-1)?.duration).toBe(40);
  });

  test('a clip that starts late keeps its late start', () => {
    const picked = pick(track([500, 600], 700), { fps: 100 });
    expect(times(picked)).toEqual([500, 600]);
    expect(picked.start).toBe(0);
    expect(pick(track([500, 600], 700), { start: 0.2 })).toMatchObject({ start: 200, end: 700 });
  });

  test('frames that share a time, and grids of absurd density, end', () => {
    expect(times(pick(track([0, 0, 0, 10], 20), { fps: 1e9 }))).toEqual([0, 10]);
  });

  test('refuses what lies outside', () => {
    expect(() => pick(regular(10, 10), { start: 5 })).toThrow(/from 0 s to 1 s/);
    expect(() => pick(regular(10, 10), { start: -1 })).toThrow(RangeError);
    expect(() => pick(regular(10, 10), { fps: 0 })).toThrow(RangeError);
    expect(() => pick(regular(10, 10), { duration: NaN })).toThrow(RangeError);
  });
});
