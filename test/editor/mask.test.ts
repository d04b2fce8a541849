import { describe, expect, test } from 'vitest';
import { ClipDepth } from '../../src/editor/structure/clip_depth.ts';
import type { EditJob } from '../../src/editor/run/edit_job.ts';
import { type MaskOptions, resolveMask } from '../../src/editor/ask/mask.ts';
import { readPainted } from '../../src/editor/mask/pictures.ts';
import {
  boxMask,
  depthMask,
  inverted,
  latentMask,
  pictureMask,
  selectsAny,
} from '../../src/editor/mask/shapes.ts';
import type { FrameSource } from '../../src/editor/source/source.ts';
import { maskOf } from '../../src/editor/run/source_side.ts';

const BOX = { x: 0.25, y: 0, width: 0.5, height: 1 };
/** An ImageData as node has none. */
const picture = (width: number, height: number, rgba: readonly number[]) =>
  ({
    width,
    height,
    data: Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => rgba[i % rgba.length]!),
  }) as unknown as ImageData;

describe('what a mask may be', () => {
  test('defaults: the inside, pasted back', () => {
    expect(resolveMask({ region: { box: BOX } })).toEqual({
      region: { box: BOX },
      outside: false,
      feather: undefined,
      pasteBack: true,
    });
  });

  test.each<[string, unknown, RegExp]>([
    ['no region', {}, /TypeError: .*region must be one of .* got none/],
    ['two regions', { region: { box: BOX, depth: [1, 0] } }, /TypeError: .*got depth and box/],
    [
      'no side of it',
      { region: { box: BOX }, edit: 'both' },
      /TypeError: .*'inside' or 'outside', got 'both'/,
    ],
    ['a feather below 0', { region: { box: BOX }, feather: -1 }, /RangeError: .*feather.* got -1/],
    ['no painted frame', { region: { brush: [] } }, /TypeError: .*at least one painted frame/],
    [
      'a time below 0',
      { region: { brush: [{ time: -1, mask: picture(1, 1, [255]) }] } },
      /RangeError: .*time.* got -1/,
    ],
    [
      'an empty range of depth',
      { region: { depth: [0.2, 0.8] } },
      /RangeError: .*near > far.*\[0\.2, 0\.8\]/,
    ],
    ['depth beyond the clip', { region: { depth: [1.5, 0] } }, /RangeError: .*\[1\.5, 0\]/],
    ['no box', { region: { box: [] } }, /TypeError: .*at least one box/],
    ['an empty box', { region: { box: { ...BOX, width: 0 } } }, /RangeError: .*width 0/],
    [
      'a box in pixels',
      { region: { box: { x: 20, y: 0, width: 50, height: 50 } } },
      /RangeError: .*fractions.*x 20/,
    ],
    ['a box of NaN', { region: { box: { ...BOX, x: NaN } } }, /RangeError: .*x NaN/],
    [
      'keyframes out of order',
      {
        region: {
          box: [
            { ...BOX, time: 1 },
            { ...BOX, time: 0.5 },
          ],
        },
      },
      /RangeError: .*in order, got 0\.5 s after 1 s/,
    ],
  ])('%s is refused', (_, mask, message) => {
    const thrown = (() => {
      try {
        resolveMask(mask as MaskOptions);
        return 'nothing';
      } catch (error) {
        return String(error);
      }
    })();
    expect(thrown).toMatch(message);
  });
});

test('a box covers pixels by their share; its keyframes are joined by straight lines', () => {
  const size = { width: 4, height: 2 };
  expect([...boxMask({ x: 0.125, y: 0, width: 0.5, height: 0.5 }, 0, size)]).toEqual([
    128, 255, 128, 0, 0, 0, 0, 0,
  ]);
  const from = { time: 1, x: 0, y: 0, width: 0.25, height: 1 };
  const to = { time: 3, x: 0.5, y: 0, width: 0.25, height: 1 };
  const row = (time: number) => [...boxMask([from, to], time, size)].slice(0, 4);
  expect(row(0)).toEqual([255, 0, 0, 0]);
  expect(row(2)).toEqual([0, 255, 0, 0]);
  expect(row(9)).toEqual([0, 0, 255, 0]);
});

test('a range of depth is of the clip, and open at either end', () => {
  const map = Float32Array.of(2, 3, 4, 5, 6);
  const range = { min: 2, max: 6 };
  expect([...depthMask(map, range, [0.6, 0.4])]).toEqual([0, 0, 255, 0, 0]);
  expect([...depthMask(map, range, [1, 0.6])]).toEqual([0, 0, 0, 255, 255]);
  expect([...depthMask(map, range, [0.4, 0])]).toEqual([255, 255, 0, 0, 0]);
});

test('a painted picture is read by its opacity, without any transparency by its luma, averaged over areas', () => {
  const [white, black, clear] = [
    [255, 255, 255, 255],
    [0, 0, 0, 255],
    [0, 0, 0, 0],
  ];
  expect([...pictureMask(picture(1, 1, white), { width: 2, height: 1 })]).toEqual([255, 255]);
  const opaque = picture(4, 1, [...white, ...white, ...white, ...black]);
  expect([...pictureMask(opaque, { width: 1, height: 1 })]).toEqual([191]);
  // A black stroke on nothing is a stroke.
  expect([...pictureMask(picture(2, 1, [...black, ...clear]), { width: 2, height: 1 })]).toEqual([255, 0]);
});

test('at latent resolution a mask is its mean; inverted it is what was left out', () => {
  const mask = Uint8Array.of(255, 255, 0, 0, 255, 0, 0, 0);
  expect([...latentMask(mask, { width: 4, height: 2 }, 2)]).toEqual([0.75, 0]);
  expect([...inverted(mask)]).toEqual([0, 0, 255, 255, 0, 255, 255, 255]);
  expect(selectsAny(mask)).toBe(true);
  expect(selectsAny(Uint8Array.of(0, 127))).toBe(false);
});

test('painted masks: of the frame’s aspect, not empty, in order of time', async () => {
  const display = { width: 320, height: 192 };
  const working = { width: 160, height: 96 };
  const white = picture(20, 12, [255]);
  const read = await readPainted(
    [
      { time: 2, mask: white },
      { time: 1, mask: white },
    ],
    display,
    working,
  );
  expect(read.map(({ time, mask }) => [time, mask.length, mask[0]])).toEqual([
    [1, 160 * 96, 255],
    [2, 160 * 96, 255],
  ]);
  await expect(readPainted([{ time: 0, mask: picture(20, 20, [255]) }], display, working)).rejects.toThrow(
    /RangeError|aspect of the frame \(320x192\), got 20x20/,
  );
  await expect(
    readPainted([{ time: 0, mask: picture(20, 12, [0, 0, 0, 255]) }], display, working),
  ).rejects.toThrow(/nothing is selected/);
});

/** A first look at so many frames without anything between depths of 0.3 and 0.7. */
function flatDepth(count: number): Promise<ClipDepth> {
  const frames = Array.from({ length: count }, (_, i) => ({ time: i, duration: 1 }));
  const source = {
    frames,
    async *read(indices: readonly number[] = [...frames.keys()]) {
      for (const index of indices)
        yield await Promise.resolve({ index, ...frames[index], pixels: undefined });
    },
  };
  const maker = {
    batch: 2,
    put: () => Promise.resolve(),
    estimate: (some: number) =>
      Promise.resolve(Array.from({ length: some }, () => Float32Array.of(0, 0.2, 0.8, 1))),
  };
  return ClipDepth.look(source as unknown as FrameSource, (stage) => stage(maker));
}

test('a range of depth that holds nothing is refused as soon as the depth of every frame is known', async () => {
  const job = (depth: readonly [number, number], edit?: 'outside') => {
    const mask = resolveMask({ region: { depth }, ...(edit && { edit }) });
    const shape = { working: { width: 2, height: 2 } };
    return { options: { mask }, shape, source: { timescale: 1 } } as unknown as EditJob;
  };
  const [clip, long] = [await flatDepth(3), await flatDepth(65)];
  expect(clip.known).toHaveLength(3);
  expect(long.known).toBeUndefined();
  const masks = (...asked: Parameters<typeof job>) => maskOf(job(...asked), clip, () => undefined);
  await expect(masks([0.7, 0.3])).rejects.toThrow(RangeError);
  await expect(masks([1, 0], 'outside')).rejects.toThrow(/leaves nothing to edit/);
  await expect(masks([1, 0.7])).resolves.toBeDefined();
  await expect(maskOf(job([0.7, 0.3]), long, () => undefined)).resolves.toBeDefined();
});
