// Every real clip and every torture file of the shared media, in Chromium: what ffmpeg decodes of each is expected
// (manifest.json), and a typed refusal in bounded time where there is nothing to decode.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SHARED } from '../../bin/shared.ts';
import type * as codec from '../../src/codec/index.ts';
import { withPage } from '../browser.ts';

const MANIFEST = join(SHARED, 'media', 'manifest.json');
/** A minute of H.264 at 720p decodes in seconds; the longest file here is 6 minutes of small AV1. */
const TIME_LIMIT_MS = 60_000;
/** Files per page: a page that lives on would hide what one of them leaves behind. */
const BATCH = 16;

interface Entry {
  readonly codec?: string;
  readonly w?: number;
  readonly h?: number;
  readonly start?: string;
  readonly decoded?: number;
  readonly rot?: number;
}

/** Coded video that Chromium has no decoder for; HEVC only where the platform brings one. */
const UNSUPPORTED = new Set(['hevc', 'h263', 'mpeg4', 'mjpeg']);
/** Files that are refused, with the error's code. Those without a video track and without `codec` follow below. */
const REFUSED: Readonly<Record<string, string>> = {
  'torture/gomp4_sample_qt.mp4': 'truncated', // ends before its first frame
  'torture/made_bad_stco_past_eof.mp4': 'truncated', // every frame past the end
  'torture/mp4parse_invalid_userdata.mp4': 'truncated', // ends before its first frame
  'torture/mp4parse_zero_empty_stsc.mp4': 'damaged', // its bytes are no H.264; ffmpeg decodes nothing either
  'torture/made_bad_timescale_0.mp4': 'damaged', // no clock; ffmpeg guesses one and decodes a single frame
  'torture/made_bad_no_avcC.mp4': 'damaged',
  'torture/made_bad_stsz_count_4G.mp4': 'damaged',
  'torture/made_bad_unknown_fourcc.mp4': 'unsupported-codec',
  'torture/made_bad_4KiB_zeros.mp4': 'not-mp4',
  'torture/made_bad_text_as.mp4': 'not-mp4',
  'torture/made_bad_jpeg_as.mp4': 'not-mp4',
  'torture/made_vp9.webm': 'not-mp4',
  'torture/sample_fragmented_clearkey.mp4': 'encrypted',
};
/** Where our count is not ffmpeg's. */
const FRAMES: Readonly<Record<string, number>> = {
  'torture/mb_annex-b.mp4': 5, // ffmpeg conceals the sixth, which the file cuts off
  'torture/mp4parse_chunk_out_of_range.mp4': 17, // ffmpeg refuses the file for its sound track
};
/** Rotations that ffprobe's `rot` does not tell: mirrors, and 45°. */
const ORIENTATION: Readonly<Record<string, { rotation: number; flip: boolean }>> = {
  'torture/made_matrix_mirror_h.mp4': { rotation: 0, flip: true },
  'torture/made_matrix_rot45.mp4': { rotation: 0, flip: false },
  'torture/sample_rotate_and_reflect.mp4': { rotation: 90, flip: true },
};

type Outcome = { readonly found: codec.Probe } | { readonly code: string; readonly message: string };

function manifest(): [string, Entry][] {
  if (!existsSync(MANIFEST))
    throw new Error(`${MANIFEST} is missing: set REFILM_SHARED to the shared folder.`);
  const all = JSON.parse(readFileSync(MANIFEST, 'utf8')) as Record<string, Entry>;
  return Object.entries(all).filter(([path]) => /^(clips|torture)\//.test(path));
}

function check(path: string, entry: Entry, outcome: Outcome): void {
  const refused =
    REFUSED[path] ?? (entry.codec === undefined && FRAMES[path] === undefined ? 'no-video' : undefined);
  if ('code' in outcome) {
    const allowed = refused ?? (UNSUPPORTED.has(entry.codec ?? '') ? 'unsupported-codec' : 'no refusal');
    expect(`${path}: ${outcome.code}`).toBe(`${path}: ${allowed}`);
    return;
  }
  const { found } = outcome;
  expect(refused, `${path} should be refused`).toBeUndefined();
  const { rotation, flip } = ORIENTATION[path] ?? { rotation: entry.rot === -90 ? 90 : 0, flip: false };
  expect({ path, frames: found.frames, rotation: found.rotation, flip: found.flip }).toEqual({
    path,
    frames: FRAMES[path] ?? entry.decoded,
    rotation,
    flip,
  });
  if (entry.w !== undefined)
    expect([path, found.codedWidth, found.codedHeight]).toEqual([path, entry.w, entry.h]);
  if (entry.start !== undefined)
    expect(Math.abs(found.firstTime - Number(entry.start)), path).toBeLessThan(1e-4);
}

test('every file: the frames that ffmpeg decodes, or a typed refusal', { timeout: 900_000 }, async () => {
  const files = manifest();
  expect(files.length).toBeGreaterThan(120);
  for (let from = 0; from < files.length; from += BATCH) {
    await withPage(async (page, { load, mediaUrl }) => {
      const module = await load<typeof codec>('src/codec/index.ts');
      for (const [path, entry] of files.slice(from, from + BATCH)) {
        const started = performance.now();
        const outcome: Outcome = await page.evaluate(
          async ({ probe, MediaError }, url) => {
            try {
              return { found: await probe(await (await fetch(url)).blob()) };
            } catch (error) {
              if (!(error instanceof MediaError)) throw error;
              return { code: error.code, message: error.message };
            }
          },
          module,
          mediaUrl(path),
        );
        expect(performance.now() - started, path).toBeLessThan(TIME_LIMIT_MS);
        check(path, entry, outcome);
      }
    });
  }
});

/** Pixels of a first frame, or the code of the refusal: deep colour is rounded, HDR refused, 4:4:4 converted. */
const PIXELS: Readonly<Record<string, string>> = {
  'torture/made_base.mp4': 'I420 480x270',
  'torture/tc_h264_10bits.mp4': 'I420 200x200',
  'torture/iibbibb_editlist_videoonly.mp4': 'RGBA 704x576',
  'torture/moviepy_tiny.mp4': 'RGBA 1x1',
  'torture/hdr10-av1.mp4': 'hdr',
  'torture/sample_with_colr_mdcv_and_clli.mp4': 'hdr',
};

test('pixels of every kind of frame', { timeout: 120_000 }, async () => {
  await withPage(async (page, { load, mediaUrl }) => {
    const module = await load<typeof codec>('src/codec/index.ts');
    for (const [path, want] of Object.entries(PIXELS)) {
      const got = await page.evaluate(
        async ({ demux, decode, readPlanes, MediaError }, url) => {
          const movie = await demux(await (await fetch(url)).blob());
          for await (const { frame } of decode(movie, { frames: movie.video.frames.slice(0, 1) })) {
            try {
              const { format, width, height, data } = await readPlanes(frame);
              const expected = format === 'RGBA' ? 4 * width * height : Math.ceil(width * height * 1.5);
              if (data.length !== expected || data.every((byte) => byte === 0))
                return `${format} with wrong or no bytes`;
              return `${format} ${width}x${height}`;
            } catch (error) {
              if (!(error instanceof MediaError)) throw error;
              return error.code;
            }
          }
          return 'no frame';
        },
        module,
        mediaUrl(path),
      );
      expect([path, got]).toEqual([path, want]);
    }
  });
});

test(
  'every clip: eight frames at 4 per second are written back with their times and its sound',
  { timeout: 900_000 },
  async () => {
    const clips = manifest().filter(([path]) => path.startsWith('clips/'));
    for (const [path] of clips) {
      await withPage(async (page, { load, mediaUrl }) => {
        const module = await load<typeof codec>('src/codec/index.ts');
        const outcome = await page.evaluate(
          async ({ demux, decode, pick, encode, mux, readPlanes }, url) => {
            const source = await demux(await (await fetch(url)).blob());
            const part = pick(source.video, { start: 0.5, duration: 2, fps: 4 });
            const { timescale } = source.video;
            const grey = new Uint8Array(64 * 64 * 1.5).fill(128);
            const sizes = new Set<string>();
            async function* frames() {
              for await (const { frame, source: at } of decode(source, { frames: part.frames })) {
                const { format, width, height } = await readPlanes(frame);
                sizes.add(`${format} ${width}x${height}`);
                yield { data: grey, time: at.time, duration: at.duration };
              }
            }
            const video = await encode(frames(), { width: 64, height: 64, timescale, fps: 4 });
            const result = await demux(await mux(video, { source, part }));
            const hash = async (movie: codec.Movie, list: readonly codec.Sample[]) => {
              const parts = list.map(({ offset, size }) => movie.file.slice(offset, offset + size));
              const digest = await crypto.subtle.digest('SHA-256', await new Blob(parts).arrayBuffer());
              return Array.from(new Uint8Array(digest)).join();
            };
            const sounds = [];
            for (const [i, track] of source.audio.entries()) {
              const [segment] = track.segments;
              const shift = segment ? segment.media - segment.presentation : 0;
              const from = (part.start / timescale) * track.timescale + shift;
              const to = (part.end / timescale) * track.timescale + shift;
              const want = track.samples.filter(({ dts, duration }) => dts + duration > from && dts < to);
              const copy = result.audio[i];
              sounds.push({
                same: copy
                  ? (await hash(result, copy.samples)) === (await hash(source, want))
                  : want.length === 0,
                error: Math.abs((copy?.duration ?? 0) - (part.end - part.start) / timescale),
              });
            }
            return {
              want: part.frames.map(({ time, duration }) => [time - part.start, duration]),
              got: result.video.frames.map(({ time, duration }) => [time, duration]),
              size: [...sizes],
              expectedSize: `${source.video.codedWidth}x${source.video.codedHeight}`,
              sounds,
            };
          },
          module,
          mediaUrl(path),
        );
        expect([path, outcome.got]).toEqual([path, outcome.want]);
        expect(outcome.got.length, path).toBeGreaterThanOrEqual(7);
        expect(outcome.size, path).toEqual([`I420 ${outcome.expectedSize}`]);
        for (const { same, error } of outcome.sounds) {
          expect(same, `${path}: sound packets`).toBe(true);
          expect(error, `${path}: sound duration`).toBeLessThan(0.03);
        }
      });
    }
  },
);
