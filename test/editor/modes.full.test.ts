// What the modes add to an edit, in a real Chromium: contents between prompt, picture and source; given depth.
import type { JSHandle, Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import type * as refilm from '../../src/index.ts';
import { withPage } from '../browser.ts';

/** What the page keeps for these tests. */
interface Modes {
  /** Frames of a clip: a bright square that moves over a gradient. */
  clip(count?: number): VideoFrame[];
  /** A picture of one colour. */
  picture(colour: string): Promise<ImageBitmap>;
  /** Sums over the edited frames' bytes: equal where the frames are. */
  hashes(edit: AsyncIterable<refilm.EditedVideoFrame>): Promise<string[]>;
  failure(work: Promise<unknown>): Promise<string>;
}

declare global {
  interface Window {
    modes: Modes;
  }
}

function withModes<T>(body: (page: Page, module: JSHandle<typeof refilm>) => Promise<T>): Promise<T> {
  return withPage(async (page, { load }) => {
    await page.evaluate(() => {
      window.modes = {
        clip: (count = 3) =>
          Array.from({ length: count }, (_, i) => {
            const context = new OffscreenCanvas(48, 32).getContext('2d')!;
            context.fillStyle = '#204060';
            context.fillRect(0, 0, 48, 32);
            context.fillStyle = '#ffd080';
            context.fillRect(4 + 8 * i, 8, 14, 18);
            return new VideoFrame(context.canvas, { timestamp: i * 125_000, duration: 125_000 });
          }),
        picture(colour) {
          const context = new OffscreenCanvas(40, 30).getContext('2d')!;
          context.fillStyle = colour;
          context.fillRect(0, 0, 40, 30);
          return createImageBitmap(context.canvas);
        },
        async hashes(edit) {
          const hashes: string[] = [];
          for await (const { data } of edit) {
            const digest = await crypto.subtle.digest('SHA-256', data);
            hashes.push(new Uint8Array(digest).slice(0, 8).join());
          }
          return hashes;
        },
        failure: (work) =>
          work.then(
            () => 'nothing failed',
            (error: unknown) => String(error),
          ),
      };
    });
    return body(page, await load<typeof refilm>('src/index.ts'));
  });
}

test('stylize: the ends of blend are the one side alone, between them lies something else', async () => {
  const got = await withModes((page, module) =>
    page.evaluate(async ({ Editor }) => {
      const { modes } = window;
      const editor = await Editor.load();
      const common = { size: { width: 32, height: 32 }, steps: 1, seed: 2 };
      const prompt = 'a dog made of glass';
      const edit = async (options: refilm.EditOptions) =>
        (await modes.hashes(editor.frames(modes.clip(), { ...common, ...options }))).join(' ');
      const red = () => modes.picture('#c02020');
      const results = {
        prompt: await edit({ prompt }),
        picture: await edit({ picture: await red() }),
        blend0: await edit({ prompt, picture: await red(), blend: 0 }),
        blend1: await edit({ prompt, picture: await red(), blend: 1 }),
        between: await edit({ prompt, picture: await red(), strength: 0.5 }),
      };
      editor.dispose();
      return results;
    }, module),
  );
  expect(got.blend0).toBe(got.prompt);
  expect(got.blend1).toBe(got.picture);
  expect(new Set([got.prompt, got.picture, got.between]).size).toBe(3);
});

test('render: a given depth pass is the structure, whatever it comes as', async () => {
  const got = await withModes((page, module) =>
    page.evaluate(async ({ Editor }) => {
      const { modes } = window;
      const editor = await Editor.load();
      const phases: string[] = [];
      const common = { size: { width: 32, height: 32 }, steps: 1, prompt: 'a white cube' };
      const options = {
        ...common,
        onProgress: (event: refilm.ProgressEvent) => void phases.push(event.phase),
      };
      // The same two greys as maps and as pictures; the pictures' own range is brought to the maps' by the clip's.
      const maps = Array.from({ length: 3 }, (_, i) => ({
        width: 32,
        height: 32,
        data: Float32Array.from({ length: 32 * 32 }, (__, at) => (at % 32 < 8 * (i + 1) ? 1 : 0)),
      }));
      const pictures = () =>
        maps.map(({ data }, i) => {
          const rgba = Uint8Array.from({ length: 4 * data.length }, (_, at) =>
            at % 4 === 3 ? 255 : 255 * data[at >> 2]!,
          );
          const size = { codedWidth: 32, codedHeight: 32 };
          return new VideoFrame(rgba, { format: 'RGBA', ...size, timestamp: i });
        });
      const opened = pictures();
      const given = await modes.hashes(editor.frames(modes.clip(), { ...options, depth: maps }));
      const asPictures = await modes.hashes(editor.frames(modes.clip(), { ...options, depth: opened }));
      const estimated = await modes.hashes(editor.frames(modes.clip(), common));
      const short = modes.clip();
      const failures = [
        await modes.failure(editor.edit(short, { ...options, depth: maps.slice(1) })),
        await modes.failure(editor.edit(modes.clip(), { ...options, depth: [] })),
        await modes.failure(editor.edit(modes.clip(), { ...options, depth: new Blob(['no video']) })),
      ];
      const open = [...opened, ...short].filter(({ format }) => format !== null).length;
      editor.dispose();
      return { given, asPictures, estimated, failures, open, phases };
    }, module),
  );
  expect(got.given).toHaveLength(3);
  expect(got.asPictures).toEqual(got.given);
  expect(got.estimated).not.toEqual(got.given);
  expect(got.open).toBe(0);
  expect(got.phases).toContain('depth');
  expect(got.failures).toEqual([
    expect.stringMatching(/^RangeError: options\.depth has 2 frames, the source 3/),
    expect.stringMatching(/^MediaError: options\.depth ended/),
    expect.stringMatching(/^MediaError: options\.depth: /),
  ]);
});

test('storyboard and scene: frames at their times, and the same at every reading', async () => {
  const got = await withModes((page, module) =>
    page.evaluate(async ({ renderScene, storyboard }) => {
      const { modes } = window;
      const read = async (frames: AsyncIterable<VideoFrame>) => {
        const found: { time: number; duration: number | null; colour: number[] }[] = [];
        for await (const frame of frames) {
          const { timestamp: time, duration, displayWidth, displayHeight } = frame;
          const data = new Uint8Array(4 * displayWidth * displayHeight);
          await frame.copyTo(data, { format: 'RGBA', layout: [{ offset: 0, stride: 4 * displayWidth }] });
          frame.close();
          const middle = 4 * (displayWidth * (displayHeight >> 1) + (displayWidth >> 1));
          found.push({ time, duration, colour: [...data.slice(middle, middle + 3)] });
        }
        return found;
      };
      const cards = [
        { image: await modes.picture('#ff0000'), time: 0 },
        { image: await modes.picture('#0000ff'), time: 0.5 },
      ];
      const board = storyboard(cards, { duration: 1.1, fps: 4, size: { width: 32, height: 32 } });
      const hard = storyboard(cards, { duration: 1, fps: 4, fade: 0, motion: 'hold' });
      const scene = renderScene({ scene: 'walker', seconds: 0.5, fps: 4, size: { width: 32, height: 18 } });
      const maps: boolean[] = [];
      for await (const { width, height, data } of scene.depth) {
        maps.push(data.length === width * height && Math.max(...data) > 0);
      }
      const unreadable = storyboard([{ image: new Blob(['no']), time: 0 }], { duration: 1 });
      return {
        board: await read(board),
        again: await read(board),
        hard: await read(hard),
        scene: await read(scene.frames),
        maps,
        failure: await modes.failure(read(unreadable)),
      };
    }, module),
  );
  expect(got.again).toEqual(got.board);
  expect(got.board.map(({ time }) => time)).toEqual([0, 250_000, 500_000, 750_000, 1_000_000]);
  expect(got.board.map(({ duration }) => duration)).toEqual([250_000, 250_000, 250_000, 250_000, 100_000]);
  const [first, second, cut, fourth] = got.board.map(({ colour }) => colour);
  expect([first, second, fourth]).toEqual([
    [255, 0, 0],
    [255, 0, 0],
    [0, 0, 255],
  ]);
  // Half way through the cross-fade.
  expect(Math.abs(cut![0]! - cut![2]!)).toBeLessThan(4);
  const [red, blue] = [
    [255, 0, 0],
    [0, 0, 255],
  ];
  expect(got.hard.map(({ colour }) => colour)).toEqual([red, red, blue, blue]);
  expect(got.scene.map(({ time, duration }) => [time, duration])).toEqual([
    [0, 250_000],
    [250_000, 250_000],
  ]);
  for (const { colour } of got.scene) expect(new Set(colour).size).toBe(1);
  expect(got.maps).toEqual([true, true]);
  expect(got.failure).toMatch(/^TypeError: cards\[0\]\.image is no image/);
});
