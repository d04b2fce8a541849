import { expect, test } from 'vitest';
import { FrameReader, rereadable } from '../../src/editor/source/reread.ts';
import type { FrameSource, SourceFrame } from '../../src/editor/source/source.ts';

/** `count` frames that come once; `known`: that can be read again, as a file's. */
function frames(count: number, known = false): FrameSource & { reads: number } {
  const times = Array.from({ length: count }, (_, i) => ({ time: i, duration: 1 }));
  const source = {
    display: { width: 2, height: 1 },
    timescale: 10,
    frames: known ? times : undefined,
    end: count,
    reads: 0,
    async *read(indices: readonly number[] = [...times.keys()]): AsyncGenerator<SourceFrame> {
      source.reads += 1;
      for (const index of indices) {
        await Promise.resolve();
        const planes = {
          ...({ format: 'RGBA', width: 2, height: 1, data: new Uint8Array(8).fill(index) } as const),
          coding: { matrix: 'bt709', fullRange: true } as const,
        };
        yield { index, ...times[index]!, pixels: { planes, orientation: { rotation: 0, flip: false } } };
      }
    },
  };
  return source;
}

const read = async (source: AsyncIterable<SourceFrame>): Promise<number[][]> => {
  const found: number[][] = [];
  for await (const { index, time, pixels } of source) found.push([index, time, pixels.planes.data[7]!]);
  return found;
};

test('frames that come once can be read again: all, or some', async () => {
  const source = frames(3);
  const again = rereadable(source);
  const all = [
    [0, 0, 0],
    [1, 1, 1],
    [2, 2, 2],
  ];
  expect(await read(again.read(undefined))).toEqual(all);
  expect(await read(again.read(undefined))).toEqual(all);
  expect(await read(again.read([2]))).toEqual([[2, 2, 2]]);
  expect(source.reads).toBe(1);
  expect(again.frames).toBeUndefined();
});

test('a source that knows its frames is used as it is', () => {
  const source = frames(3, true);
  expect(rereadable(source)).toBe(source);
});

test('a reader takes some frames at a time in one pass, and refuses to go back', async () => {
  const source = frames(6, true);
  const reader = new FrameReader(source, undefined);
  const indices = async (...wanted: number[]) => (await reader.take(wanted)).map(({ index }) => index);
  expect(await indices(0, 1)).toEqual([0, 1]);
  expect(await indices(3)).toEqual([3]);
  expect(await indices(4, 5)).toEqual([4, 5]);
  expect(source.reads).toBe(1);
  await expect(indices(2)).rejects.toThrow(/frame 2 has been passed/);
  await reader.close();
});
