import { describe, expect, test } from 'vitest';
import { annexBCodec } from '../../src/codec/annex-b.ts';
import { encoderCodecs } from '../../src/codec/codec-levels.ts';
import { yuvCoding } from '../../src/codec/colour.ts';
import { demux } from '../../src/codec/demux.ts';
import { reorderDepth, withReorderDepth } from '../../src/codec/h264-reorder.ts';
import { firstSps, parseSps } from '../../src/codec/h264-sps.ts';
import type { Sample, VideoTrack } from '../../src/codec/movie.ts';
import { openSample } from './fixtures.ts';

/** avcC payload around one SPS (and no PPS). */
const avcC = (...sps: number[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.of(1, 0x42, 0, 0x1e, 0xff, 0xe1, 0, sps.length, ...sps, 0);
/**
 * Baseline, 16×16, no VUI. After profile and level, bit by bit: id 0, frame_num 4 bits, order type 2, 1 reference frame,
 * no gaps, 1×1 macroblocks, frames only, direct 8×8, no cropping, no VUI, stop bit.
 */
const PLAIN = [0x67, 0x42, 0x00, 0x0a, 0b1_1_011_010, 0b0_1_1_1_1_0_0_1];

const sampleAt = (cts: number, index: number): Sample => ({
  ...{ index, offset: 0, size: 1, dts: index, cts, duration: 1, isSync: index === 0, units: 1 },
});

describe('H.264 parameter sets', () => {
  test('reads a set without VUI', () => {
    expect(parseSps(Uint8Array.from(PLAIN))).toMatchObject({
      hasVui: false,
      hasRestriction: false,
      maxRefFrames: 1,
    });
    expect(parseSps(Uint8Array.of(0x67, 0x42))).toBeUndefined();
  });

  test('adds the reorder depth where B-frames come without one, and only there', () => {
    const samples = [0, 2, 1, 4, 3].map(sampleAt);
    const track = { codec: 'avc1.42000a', description: avcC(...PLAIN), samples } as unknown as VideoTrack;
    const patched = withReorderDepth(track);
    const sps = parseSps(firstSps(patched) ?? new Uint8Array(0));
    expect(sps).toMatchObject({ hasVui: true, hasRestriction: true, maxRefFrames: 1 });
    expect(patched.at(-1)).toBe(0); // the PPS count behind it
    // By hand: up to the VUI flag as it was; VUI without contents; restriction, vectors over edges, 0, 0, 16, 16, 1, 1, stop.
    expect([...(firstSps(patched) ?? [])]).toEqual([
      ...PLAIN.slice(0, 5),
      ...[0b011110_1_0, 0b0000000_1, 0b1_1_1_00001, 0b0001_0000, 0b10001_010, 0b010_1_0000],
    ]);
    expect(withReorderDepth({ ...track, description: patched })).toBe(patched);
    const inOrder = { ...track, samples: [0, 1, 2].map(sampleAt) };
    expect(withReorderDepth(inOrder)).toBe(inOrder.description);
  });

  test('leaves x264’s own sets alone, which say it already', async () => {
    const { video } = await demux(await openSample('books'));
    expect(
      parseSps(firstSps(video.description ?? new Uint8Array(0)) ?? new Uint8Array(0))?.hasRestriction,
    ).toBe(true);
    expect(withReorderDepth(video)).toBe(video.description);
  });

  test('reorder depth counts frames decoded before one that is shown before them', () => {
    expect(reorderDepth([0, 1, 2].map(sampleAt))).toBe(0);
    expect(reorderDepth([0, 2, 1].map(sampleAt))).toBe(1);
    expect(reorderDepth([0, 4, 2, 1, 3].map(sampleAt))).toBe(2);
  });

  test('finds the codec in start-code form', async () => {
    const bytes = Uint8Array.of(0, 0, 0, 1, 9, 0x10, 0, 0, 1, ...PLAIN, 0, 0, 1, 0x65, 1, 2, 3);
    const sample = { ...sampleAt(0, 0), size: bytes.length };
    expect(await annexBCodec(new Blob([bytes]), sample)).toBe('avc1.42000a');
    await expect(annexBCodec(new Blob([bytes.slice(1)]), sample)).resolves.toBe('avc1.42000a');
    await expect(annexBCodec(new Blob([bytes.slice(4)]), sample)).rejects.toMatchObject({ code: 'damaged' });
    await expect(annexBCodec(new Blob([]), sample)).rejects.toMatchObject({ code: 'truncated' });
  });
});

describe('encoderCodecs', () => {
  test.each([
    [320, 192, 12, 'avc1.64000d'],
    [1280, 720, 30, 'avc1.64001f'],
    [1280, 720, 60, 'avc1.640020'],
    [1920, 1080, 30, 'avc1.640028'],
    [3840, 2160, 30, 'avc1.640033'],
  ])('%i×%i at %i: %s first', (width, height, fps, codec) => {
    expect(encoderCodecs(width, height, fps)[0]).toBe(codec);
  });

  test('H.264 before VP9 before AV1; nothing for sizes beyond all levels', () => {
    const families = encoderCodecs(640, 360, 25).map((codec) => codec.slice(0, 4));
    expect(families).toEqual(['avc1', 'avc1', 'avc1', 'vp09', 'av01']);
    expect(encoderCodecs(20000, 20000, 30)).toEqual([]);
  });
});

describe('yuvCoding', () => {
  test('labels are believed, unlabelled video goes by its size', () => {
    expect(yuvCoding({ matrix: 'smpte170m', fullRange: true }, 1080)).toEqual({
      matrix: 'bt601',
      fullRange: true,
    });
    expect(yuvCoding({ matrix: 'bt709' }, 240)).toEqual({ matrix: 'bt709', fullRange: false });
    expect(yuvCoding({}, 720)).toEqual({ matrix: 'bt709', fullRange: false });
    expect(yuvCoding({ matrix: null, fullRange: null }, 719)).toEqual({ matrix: 'bt601', fullRange: false });
  });
});
