// The editor in a real Chromium: repeatable, survives a lost device, ends cleanly on every way out.
import { expect, test } from 'vitest';
import { withEditor } from './watched_page.ts';

test('the same seed gives the same bytes, also when the device is lost on the way; progress never goes back', async () => {
  const { seen, once, twice, events, recovered } = await withEditor((page, module) =>
    page.evaluate(async ({ Editor }) => {
      const { harness } = window;
      const editor = await Editor.load();
      const seen: { phase: string; fraction: number; remaining: number; done: number; total: number }[] = [];
      const once = await harness.frames(editor, (event) => {
        if (!('fraction' in event)) return;
        const { phase, fraction, remaining, done, total } = event;
        seen.push({ phase, fraction, remaining: remaining === Infinity ? 1e9 : remaining, done, total });
      });
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
      return { seen, once, twice, events, recovered };
    }, module),
  );
  expect(once).toHaveLength(10);
  expect(twice).toEqual(once);
  // Two windows of three steps; no step is done twice.
  const steps = ['step 1', 'step 2', 'step 3', 'step 4', 'recover 1', 'step 5', 'step 6'];
  expect(events).toEqual(steps);
  expect(recovered).toEqual(once);
  for (const [i, { phase, fraction, remaining, done, total }] of seen.entries()) {
    expect(fraction).toBeGreaterThanOrEqual(seen[i - 1]?.fraction ?? 0);
    expect(remaining).toBeGreaterThanOrEqual(0);
    if (phase !== 'compile') expect(remaining).toBeLessThan(300);
    expect(done).toBeLessThanOrEqual(total);
  }
  expect(seen.at(-1)!.fraction).toBeCloseTo(1, 6);
  expect(seen.at(-1)!.remaining).toBeCloseTo(0, 3);
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
