// A page with the library whose devices and buffers are watched, and small edits to run in it.
import type { JSHandle, Page } from 'puppeteer-core';
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
export function withEditor<T>(
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
