// Masked edits in a real Chromium: the source's own pixels outside, carried strokes, another scale without a new run.
import type { JSHandle, Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import type * as refilm from '../../src/index.ts';
import { withPage } from '../browser.ts';

/** Runs `body` in a page with the library and the address of a sample of 320x192. */
function withLibrary<T>(
  body: (page: Page, module: JSHandle<typeof refilm>, clip: string) => Promise<T>,
): Promise<T> {
  return withPage(async (page, { load, origin }) =>
    body(page, await load<typeof refilm>('src/index.ts'), `${origin}/samples/dancer.mp4`),
  );
}

test('outside a box the frames are the source’s own, in the file too; a lost device changes nothing', async () => {
  const outcome = await withLibrary((page, module, clip) =>
    page.evaluate(
      async ({ Editor }, url) => {
        const devices: GPUDevice[] = [];
        const requestDevice = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, 'requestDevice')!
          .value as (this: GPUAdapter, descriptor?: GPUDeviceDescriptor) => Promise<GPUDevice>;
        GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, descriptor) {
          const device = await requestDevice.call(this, descriptor);
          devices.push(device);
          return device;
        };
        const [width, height] = [320, 192];
        const canvas = new OffscreenCanvas(width, height);
        const context = canvas.getContext('2d', { willReadFrequently: true })!;
        /** Pixels as the browser converts them, whichever side they are of. */
        const drawn = (image: CanvasImageSource) => {
          context.drawImage(image, 0, 0, width, height);
          return context.getImageData(0, 0, width, height).data;
        };
        const picture = (data: Uint8Array<ArrayBuffer>) => {
          const size = { codedWidth: width, codedHeight: height, timestamp: 0 };
          const colorSpace = {
            primaries: 'bt709',
            transfer: 'bt709',
            matrix: 'bt709',
            fullRange: false,
          } as const;
          const frame = new VideoFrame(data, { format: 'I420', ...size, colorSpace });
          const pixels = drawn(frame);
          frame.close();
          return pixels;
        };
        const seek = async (blob: Blob, times: readonly number[]) => {
          const video = document.createElement('video');
          video.muted = true;
          video.src = URL.createObjectURL(blob);
          await new Promise((resolve) => (video.onloadeddata = resolve));
          const pictures: Uint8ClampedArray[] = [];
          for (const time of times) {
            const seeked = new Promise((resolve) => (video.onseeked = resolve));
            video.currentTime = time + 0.01;
            await seeked;
            pictures.push(drawn(video));
          }
          return pictures;
        };
        /** PSNR in dB over the columns from `from` to `to`. */
        const psnr = (a: Uint8ClampedArray, b: Uint8ClampedArray, from: number, to: number) => {
          let sum = 0;
          for (let y = 0; y < height; y++) {
            for (let i = 4 * (y * width + from); i < 4 * (y * width + to); i++) sum += (a[i]! - b[i]!) ** 2;
          }
          return -10 * Math.log10(sum / (3 * height * (to - from) * 255 ** 2));
        };

        const file = await (await fetch(url)).blob();
        const editor = await Editor.load();
        const size = { width: 64, height: 32 };
        const options = { prompt: 'a dog made of glass', size, steps: 2, fps: 2, duration: 2 };
        const box = { x: 0.5, y: 0, width: 0.5, height: 1 };
        const mask = { region: { box }, feather: 8 };
        const frames = async (own: refilm.MaskOptions, lose = false) => {
          const got: { time: number; pixels: Uint8ClampedArray; hash: string }[] = [];
          const onProgress = ({ phase }: { phase: string }) => {
            if (!lose || phase !== 'denoise') return;
            lose = false;
            devices.at(-1)!.destroy();
          };
          for await (const frame of editor.frames(file, { ...options, mask: own, onProgress })) {
            const digest = await crypto.subtle.digest('SHA-256', frame.data);
            const hash = new Uint8Array(digest).slice(0, 8).join();
            got.push({ time: frame.time / frame.timescale, pixels: picture(frame.data), hash });
          }
          return got;
        };
        const pasted = await frames(mask);
        const recovered = await frames(mask, true);
        const through = await frames({ ...mask, pasteBack: false });
        const { video } = await editor.edit(file, { ...options, mask });
        editor.dispose();
        const times = pasted.map(({ time }) => time);
        const source = await seek(file, times);
        const written = await seek(video, times);
        // The seam is 8 pixels wide, half of them outside the box.
        const report = (pictures: readonly Uint8ClampedArray[]) => ({
          outside: Math.min(...pictures.map((pixels, i) => psnr(pixels, source[i]!, 0, width / 2 - 5))),
          inside: Math.max(...pictures.map((pixels, i) => psnr(pixels, source[i]!, width / 2 + 5, width))),
        });
        return {
          devices: devices.length,
          hashes: [pasted, recovered].map((list) => list.map(({ hash }) => hash)),
          pasted: report(pasted.map(({ pixels }) => pixels)),
          through: report(through.map(({ pixels }) => pixels)),
          written: report(written),
        };
      },
      module,
      clip,
    ),
  );
  expect(outcome.devices).toBe(2);
  expect(outcome.hashes[0]).toHaveLength(4);
  expect(outcome.hashes[1]).toEqual(outcome.hashes[0]);
  expect(outcome.pasted.outside).toBeGreaterThan(40);
  expect(outcome.pasted.inside).toBeLessThan(30);
  expect(outcome.through.outside).toBeLessThan(outcome.pasted.outside - 5);
});

test('strokes on frames that come once: carried, edited, scaled another way, and refused where they are none', async () => {
  const outcome = await withLibrary((page, module) =>
    page.evaluate(async ({ Editor }) => {
      const [width, height, count] = [96, 64, 5];
      const left = (i: number) => 16 + 6 * i;
      const clip = function* () {
        for (let i = 0; i < count; i++) {
          const canvas = new OffscreenCanvas(width, height);
          const context = canvas.getContext('2d')!;
          for (let x = 0; x < width; x += 8) {
            context.fillStyle = `hsl(${200 + x} 40% ${20 + (x % 24)}%)`;
            context.fillRect(x, 0, 8, height);
          }
          context.fillStyle = 'orange';
          context.fillRect(left(i), 20, 24, 24);
          yield new VideoFrame(canvas, { timestamp: 100_000 * i, duration: 100_000 });
        }
      };
      const stroke = (color: string, side = height) => {
        const canvas = new OffscreenCanvas(width, side);
        const context = canvas.getContext('2d')!;
        context.fillStyle = color;
        context.fillRect(left(0), 20, 24, 24);
        return context.getImageData(0, 0, width, side);
      };
      const failure = (work: Promise<unknown>) => work.then(() => 'nothing', String);
      const editor = await Editor.load();
      const size = { width: 96, height: 64 };
      const brush = (mask: ImageData, time = 0) => ({ mask: { region: { brush: [{ time, mask }] } } });
      const phases = new Set<string>();
      const onProgress = ({ phase }: { phase: string }) => phases.add(phase);
      const carried = await editor.mask(clip(), { ...brush(stroke('white')), size, onProgress });
      const overlaps = carried.frames.map(({ pixels }, i) => {
        let [both, either] = [0, 0];
        for (const [at, value] of pixels.entries()) {
          const [x, y] = [at % width, Math.floor(at / width)];
          const truth = x >= left(i) && x < left(i) + 24 && y >= 20 && y < 44;
          if (truth && value > 127) both += 1;
          if (truth || value > 127) either += 1;
        }
        return both / either;
      });
      const depths = await editor.depthMaps(clip(), { size });
      const options = { prompt: 'a dog made of glass', size, output: { width: 192, height: 128 }, steps: 1 };
      const result = await editor.edit(clip(), { ...options, ...brush(stroke('white')), upscale: 'guided' });
      const bytes = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer()).join();
      const again = await editor.rescale(result, 'guided');
      const plain = await editor.rescale(result, 'lanczos');
      const gone = await editor.edit(clip(), { ...options, upscale: 'lanczos' });
      const failures = [
        await failure(editor.mask(clip(), { ...brush(new ImageData(width, height)), size })),
        await failure(editor.edit(clip(), { ...options, ...brush(stroke('transparent')) })),
        await failure(editor.edit(clip(), { ...options, ...brush(stroke('white', 32)) })),
        await failure(editor.edit(clip(), { ...options, ...brush(stroke('white'), 50) })),
        await failure(
          editor.edit(clip(), {
            ...options,
            mask: { region: { brush: [{ time: 0, mask: new Blob(['?']) }] } },
          }),
        ),
        await failure(editor.rescale({ ...result }, 'lanczos')),
        await failure(editor.rescale(result, 'better' as 'guided')),
        await failure(editor.rescale(gone, 'guided')),
      ];
      editor.dispose();
      return {
        overlaps,
        phases: [...phases],
        times: carried.frames.map(({ time }) => time),
        // Depth is brought to 0..255 over the whole clip: some frame has its nearest pixel.
        depth: [
          depths.width,
          depths.height,
          depths.frames.length,
          Math.max(...depths.frames.map(({ pixels }) => Math.max(...pixels))),
        ],
        same: (await bytes(again)) === (await bytes(result.video)),
        other: (await bytes(plain)) !== (await bytes(result.video)),
        failures,
      };
    }, module),
  );
  expect(outcome.times).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
  expect(outcome.phases).toEqual(['mask']);
  for (const share of outcome.overlaps) expect(share).toBeGreaterThan(0.8);
  expect(outcome.depth).toEqual([96, 64, 5, 255]);
  expect([outcome.same, outcome.other]).toEqual([true, true]);
  expect(outcome.failures).toEqual([
    expect.stringMatching(/^RangeError: .*nothing is selected/),
    expect.stringMatching(/^RangeError: .*nothing is selected/),
    expect.stringMatching(/^RangeError: .*aspect of the frame \(96x64\), got 96x32/),
    expect.stringMatching(/^RangeError: .*painted at 50 s/),
    expect.stringMatching(/^TypeError: .*no image/),
    expect.stringMatching(/^TypeError: .*another editor/),
    expect.stringMatching(/^TypeError: .*'guided' or 'lanczos', got 'better'/),
    expect.stringMatching(/^TypeError: .*came once/),
  ]);
});
