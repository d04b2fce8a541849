// Whole edits of every shared clip, as small as they can be, and what edits of the samples must show.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SHARED } from '../../bin/shared.ts';
import type { Quality } from '../../src/editor/after/quality.ts';
import type * as codec from '../../src/codec/index.ts';
import type * as refilm from '../../src/index.ts';
import { withPage } from '../browser.ts';
import { SAMPLES, samplePath } from '../codec/fixtures.ts';
import { frameWindows } from '../../src/sampler/index.ts';
import { runCommand } from './command.ts';

const CLIPS = join(SHARED, 'media', 'clips');

/** How much less steady than inside windows the frames may be at a seam: cosine of consecutive frames, mean of all clips. */
const SEAM = 0.01;

function clips(): string[] {
  if (!existsSync(CLIPS)) throw new Error(`${CLIPS} is missing: set REFILM_SHARED to the shared folder.`);
  return readdirSync(CLIPS).filter((name) => name.endsWith('.mp4'));
}

test('every clip is edited: its times, its length, its sound', { timeout: 1_200_000 }, async () => {
  const names = clips();
  expect(names.length).toBeGreaterThan(20);
  await withPage(async (page, { load, mediaUrl }) => {
    const library = await load<typeof refilm>('src/index.ts');
    const files = await load<typeof codec>('src/codec/index.ts');
    const editor = await page.evaluateHandle(({ Editor }) => Editor.load(), library);
    for (const name of names) {
      const outcome = await page.evaluate(
        async (kept, { demux, pick }, url) => {
          const file = await (await fetch(url)).blob();
          const part = { start: 0.25, duration: 2, fps: 4 };
          const { video, frames } = await kept.edit(file, {
            ...{ prompt: 'a castle made of sand', steps: 1, size: { width: 64, height: 64 } },
            ...part,
          });
          const source = await demux(file);
          const result = await demux(video);
          const picked = pick(source.video, part);
          const { timescale } = source.video;
          const bytesOf = async (movie: codec.Movie, list: readonly codec.Sample[]): Promise<string> => {
            const parts = list.map(({ offset, size }) => movie.file.slice(offset, offset + size));
            const digest = await crypto.subtle.digest('SHA-256', await new Blob(parts).arrayBuffer());
            return new Uint8Array(digest).join();
          };
          const sounds: boolean[] = [];
          for (const [i, track] of source.audio.entries()) {
            const [segment] = track.segments;
            const shift = segment ? segment.media - segment.presentation : 0;
            const from = (picked.start / timescale) * track.timescale + shift;
            const to = (picked.end / timescale) * track.timescale + shift;
            const want = track.samples.filter(({ dts, duration }) => dts + duration > from && dts < to);
            const copy = result.audio[i]?.samples ?? [];
            sounds.push((await bytesOf(result, copy)) === (await bytesOf(source, want)));
          }
          const seconds = (movie: codec.Movie) =>
            movie.video.frames.map(({ time }) => time / movie.video.timescale);
          const aspect = ({ video: { displayWidth, displayHeight } }: codec.Movie) =>
            displayWidth / displayHeight;
          const durations = source.video.frames.map(({ duration }) => duration / timescale);
          return {
            frames,
            got: seconds(result),
            want: picked.frames.map(({ time }) => (time - picked.start) / timescale),
            duration: result.video.duration / result.video.timescale,
            part: (picked.end - picked.start) / timescale,
            oneFrame: Math.max(...durations),
            aspects: [aspect(source), aspect(result)] as const,
            sounds,
          };
        },
        editor,
        files,
        mediaUrl(`clips/${name}`),
      );
      expect(outcome.frames, name).toBe(outcome.want.length);
      expect(outcome.frames, name).toBeGreaterThanOrEqual(7);
      expect(outcome.got.length, name).toBe(outcome.want.length);
      for (const [i, time] of outcome.got.entries()) expect(time, name).toBeCloseTo(outcome.want[i]!, 6);
      expect(Math.abs(outcome.duration - outcome.part), name).toBeLessThanOrEqual(outcome.oneFrame);
      expect(outcome.sounds.every(Boolean), `${name}: sound packets`).toBe(true);
      expect(outcome.aspects[1] / outcome.aspects[0], name).toBeCloseTo(1, 1);
    }
    await page.evaluate((kept) => kept.dispose(), editor);
  });
});

test('edits of the samples obey, and no seam shows between windows', { timeout: 1_200_000 }, async () => {
  const files = SAMPLES.map(samplePath);
  const { code, stdout, stderr } = await runCommand([
    ...['evaluate', ...files, '--fps', 'source', '--software', '--json'],
  ]);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { file: string; quality: Quality; failures: string[] });
  expect(
    lines.map(({ failures }) => failures),
    stderr,
  ).toEqual(files.map(() => []));
  expect(code).toBe(0);

  const inside: number[] = [];
  const seams: number[] = [];
  for (const { quality } of lines) {
    // A seam is between a window's last held frame and the first one that it makes.
    const firsts = new Set(frameWindows(quality.frames).map(({ frames, held }) => frames[held]!));
    for (const [i, cosine] of quality.result.consecutive.entries()) {
      (firsts.has(i + 1) ? seams : inside).push(cosine);
    }
  }
  expect(seams).toHaveLength(3 * files.length);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(seams)).toBeGreaterThan(mean(inside) - SEAM);
});
