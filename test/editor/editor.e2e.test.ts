// The editor in a real Chromium: repeatable, survives a lost device, ends cleanly on every way out.
import type { JSHandle, Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import type * as refilm from '../../src/index.ts';
import { withPage } from '../browser.ts';

/** What the page keeps for these tests. */
interface Harness {
  /** The devices that were made. */
  readonly devices: GPUDevice[];
  /** Bytes of buffers that are alive. */
  aliveBytes(): number;
  /** Frames of a small edit; `at` is told of every event. */
  frames(
    editor: refilm.Editor,
    at?: (event: refilm.ProgressEvent) => void,
    signal?: AbortSignal,
  ): Promise<string[]>;
  /** Twelve VideoFrames, each of another grey: two windows. */
  greys(opened: VideoFrame[], count?: number): AsyncGenerator<VideoFrame>;
  failure(work: Promise<unknown>): Promise<string>;
}

declare global {
  interface Window {
    harness: Harness;
  }
}

/** Runs `body` in a page with the library and the harness, whose device and buffers are watched. */
function withEditor<T>(
  body: (page: Page, module: JSHandle<typeof refilm>, clip: string) => Promise<T>,
): Promise<T> {
  return withPage(async (page, { load, origin }) => {
    await page.evaluate((clip) => {
      const devices: GPUDevice[] = [];
      const alive = new Set<GPUBuffer>();
      // What a prototype's method was before it is replaced.
      const original = <T extends object, K extends keyof T>(prototype: T, name: K) =>
        Object.getOwnPropertyDescriptor(prototype, name)!.value as T[K];
      const requestDevice = original(GPUAdapter.prototype, 'requestDevice');
      GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, descriptor) {
        const device = await requestDevice.call(this, descriptor);
        devices.push(device);
        return device;
      };
      const createBuffer = original(GPUDevice.prototype, 'createBuffer');
      GPUDevice.prototype.createBuffer = function (this: GPUDevice, descriptor) {
        const buffer = createBuffer.call(this, descriptor);
        alive.add(buffer);
        return buffer;
      };
      const destroy = original(GPUBuffer.prototype, 'destroy');
      GPUBuffer.prototype.destroy = function (this: GPUBuffer) {
        alive.delete(this);
        return destroy.call(this);
      };
      window.harness = {
        devices,
        aliveBytes: () => [...alive].reduce((sum, { size }) => sum + size, 0),
        async frames(editor, onProgress = () => undefined, signal) {
          const file = await (await fetch(clip)).blob();
          const hashes: string[] = [];
          const size = { width: 32, height: 32 };
          const output = { width: 80, height: 48 };
          const options = { prompt: 'a dog made of glass', size, output, steps: 3, fps: 5, seed: 5 };
          const edit = editor.frames(file, { ...options, onProgress, ...(signal && { signal }) });
          for await (const { index, time, data } of edit) {
            const digest = await crypto.subtle.digest('SHA-256', data);
            hashes.push(`${index} at ${time}: ${new Uint8Array(digest).slice(0, 8).join()}`);
          }
          return hashes;
        },
        async *greys(opened, count = 12) {
          for (let i = 0; i < count; i++) {
            const canvas = new OffscreenCanvas(64, 48);
            const context = canvas.getContext('2d')!;
            context.fillStyle = `rgb(${20 * i}, ${20 * i}, 100)`;
            context.fillRect(0, 0, 64, 48);
            const frame = new VideoFrame(canvas, { timestamp: i * 40_000, duration: 40_000 });
            opened.push(frame);
            yield await Promise.resolve(frame);
          }
        },
        failure: (work) =>
          work.then(
            () => 'nothing failed',
            (error: unknown) => String(error),
          ),
      };
    }, `${origin}/samples/dancer.mp4`);
    return body(page, await load<typeof refilm>('src/index.ts'), `${origin}/samples/dancer.mp4`);
  });
}

test('the same seed gives the same bytes, also when the device is lost on the way', async () => {
  const { once, twice, events, recovered } = await withEditor((page, module) =>
    page.evaluate(async ({ Editor }) => {
      const { harness } = window;
      const editor = await Editor.load();
      const once = await harness.frames(editor);
      const twice = await harness.frames(editor);
      const events: string[] = [];
      let lost = false;
      const recovered = await harness.frames(editor, (event) => {
        if (event.phase === 'recover') events.push(`recover ${event.attempt}`);
        if (event.phase !== 'denoise') return;
        events.push(`step ${event.done}`);
        if (event.done !== 4 || lost) return;
        lost = true;
        harness.devices.at(-1)!.destroy();
      });
      editor.dispose();
      return { once, twice, events, recovered };
    }, module),
  );
  expect(once).toHaveLength(10);
  expect(twice).toEqual(once);
  // Two windows of three steps; no step is done twice.
  const steps = ['step 1', 'step 2', 'step 3', 'step 4', 'recover 1', 'step 5', 'step 6'];
  expect(events).toEqual(steps);
  expect(recovered).toEqual(once);
});

test('a device that is lost between two edits, or in any other phase, is replaced', async () => {
  const outcome = await withEditor((page, module) =>
    page.evaluate(async ({ Editor }) => {
      const { harness } = window;
      const editor = await Editor.load();
      const want = await harness.frames(editor);
      harness.devices.at(-1)!.destroy();
      const results = [await harness.frames(editor)];
      for (const phase of ['depth', 'content', 'decode']) {
        let lost = false;
        const frames = await harness.frames(editor, (event) => {
          if (event.phase !== phase || lost) return;
          lost = true;
          harness.devices.at(-1)!.destroy();
        });
        results.push(frames);
      }
      editor.dispose();
      return { want, results, devices: harness.devices.length };
    }, module),
  );
  for (const frames of outcome.results) expect(frames).toEqual(outcome.want);
  expect(outcome.devices).toBe(5);
});

test('every way out frees what was taken, and the editor can be used again', async () => {
  const outcome = await withEditor((page, module) =>
    page.evaluate(async ({ Editor }) => {
      const { harness } = window;
      const editor = await Editor.load();
      const loaded = harness.aliveBytes();
      const want = await harness.frames(editor);
      const after = { edit: harness.aliveBytes() - loaded } as Record<string, number>;
      const failures: string[] = [];
      for (const phase of ['compile', 'depth', 'denoise', 'decode']) {
        const controller = new AbortController();
        const abort = (event: { phase: string }) => {
          if (event.phase === phase) controller.abort(new Error(`enough of ${phase}`));
        };
        failures.push(await harness.failure(harness.frames(editor, abort, controller.signal)));
        after[`abort ${phase}`] = harness.aliveBytes() - loaded;
      }
      const faulty = harness.frames(editor, ({ phase }) => {
        if (phase === 'denoise') throw new Error('a fault of the listener');
      });
      failures.push(await harness.failure(faulty));
      after['listener'] = harness.aliveBytes() - loaded;
      const first = harness.frames(editor);
      failures.push(await harness.failure(harness.frames(editor)));
      const same = [await first, await harness.frames(editor)];
      const started = performance.now();
      const disposed = await harness.failure(
        harness.frames(editor, ({ phase }) => {
          if (phase === 'denoise') editor.dispose();
        }),
      );
      const seconds = (performance.now() - started) / 1000;
      failures.push(disposed, await harness.failure(harness.frames(editor)));
      return { want, same, failures, after, left: harness.aliveBytes(), seconds };
    }, module),
  );
  expect(outcome.failures).toEqual([
    ...['compile', 'depth', 'denoise', 'decode'].map((phase) => `Error: enough of ${phase}`),
    'Error: a fault of the listener',
    expect.stringMatching(/This editor is at work/),
    expect.stringMatching(/has been disposed of/),
    expect.stringMatching(/has been disposed of/),
  ]);
  expect(outcome.same).toEqual([outcome.want, outcome.want]);
  expect(Object.entries(outcome.after).filter(([, bytes]) => bytes !== 0)).toEqual([]);
  expect(outcome.left).toBe(0);
});

test('frames in, frames out: every frame keeps its time and is closed', async () => {
  const outcome = await withEditor((page, module) =>
    page.evaluate(async ({ Editor }) => {
      const { harness } = window;
      const editor = await Editor.load();
      const opened: VideoFrame[] = [];
      const options = { prompt: 'a white cube', size: { width: 32, height: 32 }, steps: 1 };
      const got: [number, number, number, number][] = [];
      for await (const { time, duration, data, timescale } of editor.frames(harness.greys(opened), options))
        got.push([time, duration, data.length, timescale]);
      const open = () => opened.filter(({ format }) => format !== null).length;
      const openAfter = [open()];

      const bitmaps = await Promise.all(
        Array.from({ length: 3 }, () => createImageBitmap(new ImageData(64, 48))),
      );
      const { video, frames } = await editor.edit(bitmaps, { ...options, fps: 5 });
      const element = document.createElement('video');
      element.src = URL.createObjectURL(video);
      await new Promise((resolve, reject) => {
        element.onloadeddata = resolve;
        element.onerror = () => reject(new Error(element.error?.message));
      });
      const { duration } = element;

      // Left early, aborted while it reads, and refused before it reads: nothing stays open.
      for await (const _ of editor.frames(harness.greys(opened), options)) break;
      openAfter.push(open());
      const aborted = harness.greys(opened);
      const onProgress = (event: { phase: string }) => {
        if (event.phase === 'depth') throw new Error('enough');
      };
      const failures = [await harness.failure(editor.edit(aborted, { ...options, onProgress }))];
      openAfter.push(open());
      const refuse = (event: { phase: string }) => {
        if (event.phase === 'compile') throw new Error('enough');
      };
      failures.push(
        await harness.failure(editor.edit(harness.greys(opened), { ...options, onProgress: refuse })),
      );
      openAfter.push(open());
      const odd = { ...options, output: { width: 16, height: 16 } };
      const isSupported = VideoEncoder.isConfigSupported.bind(VideoEncoder);
      VideoEncoder.isConfigSupported = (config) => Promise.resolve({ supported: false, config });
      failures.push(await harness.failure(editor.edit(harness.greys(opened), odd)));
      VideoEncoder.isConfigSupported = isSupported;
      openAfter.push(open());
      failures.push(await harness.failure(editor.edit([], options)));
      failures.push(await harness.failure(editor.edit(harness.greys(opened), { ...options, start: 1 })));
      failures.push(await harness.failure(editor.edit('clip.mp4' as unknown as Blob, options)));
      editor.dispose();
      return { got, openAfter, frames, duration, widths: bitmaps.map(({ width }) => width), failures };
    }, module),
  );
  expect(outcome.got).toEqual(Array.from({ length: 12 }, (_, i) => [i * 40_000, 40_000, 64 * 48 * 1.5, 1e6]));
  expect(outcome.openAfter).toEqual([0, 0, 0, 0, 0]);
  expect(outcome.frames).toBe(3);
  expect(outcome.duration).toBeCloseTo(0.6, 2);
  expect(outcome.widths).toEqual([0, 0, 0]);
  expect(outcome.failures).toEqual([
    'Error: enough',
    'Error: enough',
    expect.stringMatching(/^MediaError/),
    expect.stringMatching(/^MediaError.*no frame/),
    expect.stringMatching(/^TypeError.*choose a part of a file/),
    expect.stringMatching(/^TypeError.*Blob/),
  ]);
});

test('progress: shares never go back, and what remains is a number', async () => {
  const events = await withEditor((page, module) =>
    page.evaluate(async ({ Editor }) => {
      const editor = await Editor.load();
      const seen: { phase: string; fraction: number; remaining: number; done: number; total: number }[] = [];
      await window.harness.frames(editor, (event) => {
        if (!('fraction' in event)) return;
        const { phase, fraction, remaining, done, total } = event;
        seen.push({ phase, fraction, remaining: remaining === Infinity ? 1e9 : remaining, done, total });
      });
      editor.dispose();
      return seen;
    }, module),
  );
  for (const [i, { phase, fraction, remaining, done, total }] of events.entries()) {
    expect(fraction).toBeGreaterThanOrEqual(events[i - 1]?.fraction ?? 0);
    expect(remaining).toBeGreaterThanOrEqual(0);
    if (phase !== 'compile') expect(remaining).toBeLessThan(300);
    expect(done).toBeLessThanOrEqual(total);
  }
  expect(events.at(-1)!.fraction).toBeCloseTo(1, 6);
  expect(events.at(-1)!.remaining).toBeCloseTo(0, 3);
});

test('without WebGPU, without an adapter, with a foreign model: typed errors', async () => {
  const failures = await withEditor((page, module) =>
    page.evaluate(async ({ Editor, filesFolder }) => {
      const { harness } = window;
      const { gpu } = navigator;
      const without = (value: unknown) =>
        Object.defineProperty(navigator, 'gpu', { value, configurable: true });
      without(undefined);
      const none = await harness.failure(Editor.load());
      without({ requestAdapter: () => Promise.resolve(null) });
      const noAdapter = await harness.failure(Editor.load());
      without(gpu);
      const foreign = await harness.failure(
        Editor.load(filesFolder([new File(['{"_class_name": "FluxPipeline"}'], 'model_index.json')])),
      );
      const aborted = await harness.failure(
        Editor.load('nano', { signal: AbortSignal.abort(new Error('enough')) }),
      );
      return [none, noAdapter, foreign, aborted, String(window.harness.aliveBytes())];
    }, module),
  );
  expect(failures).toEqual([
    expect.stringMatching(/^UnsupportedError: .*no WebGPU/),
    expect.stringMatching(/^UnsupportedError: .*no adapter/),
    expect.stringMatching(/^WeightsError: /),
    'Error: enough',
    '0',
  ]);
});
