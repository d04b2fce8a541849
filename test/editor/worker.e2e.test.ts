// The editor in a real worker: the same bytes as on the page, aborts, and a worker that is killed.
import type { JSHandle, Page } from 'puppeteer-core';
import { expect, test } from 'vitest';
import type * as refilm from '../../src/index.ts';
import type * as refilmWorker from '../../src/worker.ts';
import { withPage } from '../browser.ts';

type Editing = Pick<refilm.Editor, 'frames' | 'edit'>;

/** What the page keeps for these tests. */
interface WorkerHarness {
  worker(name?: string): Worker;
  /** Frames of a small edit of the sample, as they come, by their digests. */
  frames(editor: Editing, options?: Partial<refilm.EditOptions>): Promise<string[]>;
  greys(): AsyncGenerator<VideoFrame>;
  failure(work: Promise<unknown>): Promise<string>;
}

declare global {
  interface Window {
    workerHarness: WorkerHarness;
  }
}

function withWorkers<T>(
  body: (page: Page, modules: JSHandle<{ page: typeof refilm; worker: typeof refilmWorker }>) => Promise<T>,
): Promise<T> {
  return withPage(async (page, { load, origin }) => {
    await page.evaluate((at) => {
      window.workerHarness = {
        worker: (name = 'edit_worker.ts') => new Worker(`${at}/test/editor/${name}`, { type: 'module' }),
        async frames(editor, options) {
          const file = await (await fetch(`${at}/samples/dancer.mp4`)).blob();
          const digests: string[] = [];
          const small = { size: { width: 32, height: 32 }, output: { width: 80, height: 48 }, steps: 2 };
          const edit = editor.frames(file, {
            ...{ prompt: 'a dog made of glass', ...small, fps: 2, seed: 5 },
            ...options,
          });
          for await (const { index, time, data } of edit) {
            const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
            digests.push(`${index} at ${time}: ${digest.slice(0, 8).join()}`);
          }
          return digests;
        },
        async *greys() {
          for (let i = 0; i < 3; i++) {
            const canvas = new OffscreenCanvas(64, 48);
            const context = canvas.getContext('2d')!;
            context.fillStyle = `rgb(${60 * i}, ${60 * i}, 100)`;
            context.fillRect(0, 0, 64, 48);
            yield await Promise.resolve(new VideoFrame(canvas, { timestamp: i * 40_000, duration: 40_000 }));
          }
        },
        failure: (work) =>
          work.then(
            () => 'nothing failed',
            (error: unknown) => String(error),
          ),
      };
    }, origin);
    const page_ = await load<typeof refilm>('src/index.ts');
    const worker = await load<typeof refilmWorker>('src/worker.ts');
    const modules = await page.evaluateHandle((p, w) => ({ page: p, worker: w }), page_, worker);
    return body(page, modules);
  });
}

test('a worker gives the bytes that the page gives, its progress, and reads frames, pictures and files', async () => {
  const outcome = await withWorkers((page, modules) =>
    page.evaluate(async ({ page: { Editor }, worker: { connect } }) => {
      const { workerHarness: harness } = window;
      const here = await Editor.load();
      const want = await harness.frames(here);
      here.dispose();

      const worker = harness.worker();
      const loaded: string[] = [];
      const editor = await connect(worker, 'nano', { onProgress: ({ phase }) => loaded.push(phase) });
      const previews: number[] = [];
      const phases = new Set<string>();
      const got = await harness.frames(editor, {
        onProgress(event) {
          phases.add(event.phase);
          if ('preview' in event) previews.push(event.preview().rgba.length);
        },
      });
      const options = { size: { width: 32, height: 32 }, steps: 1 };
      const canvas = document.createElement('canvas');
      canvas.getContext('2d')!.fillRect(0, 0, 20, 20);
      const frames: VideoFrame[] = [];
      for await (const frame of harness.greys()) frames.push(frame);
      const fromFrames = await editor.edit(frames, { ...options, picture: canvas });
      const file = await (await fetch('/samples/dancer.mp4')).blob();
      const part = { ...options, prompt: 'a cube', fps: 2, duration: 1 };
      const fromFile = await editor.edit(file, part);
      const quality = await editor.evaluate(file, fromFile.video, part);
      const { device } = editor;
      editor.dispose();
      worker.terminate();
      return {
        want,
        got,
        device,
        loaded: [...new Set(loaded)],
        phases: [...phases],
        previews,
        open: frames.filter(({ format }) => format !== null).length,
        frames: [fromFrames.frames, fromFile.frames, quality.frames],
        type: fromFile.video.type,
      };
    }, modules),
  );
  expect(outcome.want).toHaveLength(4);
  expect(outcome.got).toEqual(outcome.want);
  expect(outcome.device).toMatch(/swiftshader/i);
  expect(outcome.loaded).toEqual(['download']);
  expect(outcome.phases).toEqual(expect.arrayContaining(['plan', 'depth', 'denoise', 'decode']));
  expect(outcome.previews).toEqual(Array(2).fill(8 * 2 * 2 * 4));
  expect(outcome.open).toBe(0);
  expect(outcome.frames).toEqual([3, 2, 2]);
  expect(outcome.type).toBe('video/mp4');
});

test('an abort in mid-step, then the same editor again; two at once; a killed worker; a worker that fails', async () => {
  const outcome = await withWorkers((page, modules) =>
    page.evaluate(async ({ worker: { connect } }) => {
      const { workerHarness: harness } = window;
      const worker = harness.worker();
      const editor = await connect(worker);
      const controller = new AbortController();
      const reason = new Error('enough');
      let abortedAt = 0;
      const aborted = await harness
        .frames(editor, {
          steps: 1000,
          signal: controller.signal,
          onProgress({ phase }) {
            if (phase !== 'denoise' || abortedAt > 0) return;
            // Between two steps' ends: in the middle of one.
            abortedAt = performance.now();
            setTimeout(() => controller.abort(reason), 5);
          },
        })
        .catch((error: unknown) => error === reason);
      const abortSeconds = (performance.now() - abortedAt) / 1000;

      const first = harness.frames(editor);
      const second = await harness.failure(harness.frames(editor));
      const frames = (await first).length;

      let killedAt = 0;
      const killed = await harness
        .frames(editor, {
          onProgress({ phase }) {
            if (phase !== 'denoise' || killedAt > 0) return;
            killedAt = performance.now();
            worker.terminate();
          },
        })
        .catch((error: unknown) => String(error));
      const killSeconds = (performance.now() - killedAt) / 1000;
      const after = await harness.failure(harness.frames(editor));
      const broken = new Worker(URL.createObjectURL(new Blob(['throw new Error("no serve")'])));
      const failed = await harness.failure(connect(broken));
      const foreign = harness.worker();
      const missing = await harness.failure(connect(foreign, new URL('/nowhere/', location.href)));
      foreign.terminate();
      return { aborted, abortSeconds, second, frames, killed, killSeconds, after, failed, missing };
    }, modules),
  );
  expect(outcome.aborted).toBe(true);
  expect(outcome.abortSeconds).toBeLessThan(3);
  expect(outcome.second).toMatch(/This editor is at work/);
  expect(outcome.frames).toBe(4);
  expect(outcome.killed).toMatch(/^WorkerLostError: The worker has ended/);
  expect(outcome.killSeconds).toBeLessThan(3);
  expect(outcome.after).toMatch(/^WorkerLostError/);
  expect(outcome.failed).toMatch(/^WorkerLostError: The worker did not start: .*no serve/);
  expect(outcome.missing).toMatch(/^(NotFoundError|WeightsError): /);
});
