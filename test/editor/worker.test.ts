// The talk between page and worker, over a real port, with an editor that only pretends.
import { describe, expect, test, vi } from 'vitest';
import { MediaError } from '../../src/codec/errors.ts';
import type { EditOptions } from '../../src/editor/ask/options.ts';
import type { ProgressEvent } from '../../src/editor/ask/progress.ts';
import { connect } from '../../src/editor/worker/connect.ts';
import { serveEditors, type LoadEditor } from '../../src/editor/worker/serve.ts';
import {
  DeviceLostError,
  GpuError,
  OutOfMemoryError,
  ShaderError,
  UnsupportedError,
} from '../../src/gpu/errors.ts';
import { DownloadError, NotFoundError, WeightsError } from '../../src/net/errors.ts';
import type { ModelFolder } from '../../src/net/folder.ts';
import { connected, file, outcome, ROBOT } from './fake_editor.ts';

test('arguments and results cross; the device is known', async () => {
  const given: unknown[] = [];
  const editor = await connected({
    edit: async (source: Blob, options: EditOptions) => {
      given.push(await source.text(), options.prompt, (options as { unet?: URL }).unet);
      return { video: new Blob(['made']), frames: 3, plan: { working: { width: 32 } } };
    },
  });
  const options = { ...ROBOT, unet: new URL('https://example.org/unet') };
  const result = await editor.edit(file, options);
  expect(given).toEqual(['clip', 'a robot', new URL('https://example.org/unet')]);
  expect(await result.video.text()).toBe('made');
  expect(result).toMatchObject({ frames: 3, plan: { working: { width: 32 } } });
  expect(editor.device).toBe('a fake');
  editor.dispose();
});

test('errors come as what was thrown', async () => {
  const cause = new MediaError('decode', 'damaged', 'a torn frame');
  const thrown: Error[] = [
    new MediaError('mux', 'failed', 'no room', { cause }),
    new UnsupportedError(['no GPU', 'no luck']),
    new DeviceLostError('unknown', 'it slept'),
    new OutOfMemoryError('a latent', 100, 10),
    new ShaderError('line 3'),
    new GpuError('validation'),
    new WeightsError({ file: 'unet', tensor: 'conv', expected: '[3]', got: '[4]' }),
    new NotFoundError('unet', 'gone'),
    new DownloadError('unet', 3, 500, 'status 500'),
    new RangeError('options.steps'),
    new TypeError('options.prompt'),
    new DOMException('enough', 'AbortError'),
    Object.assign(new Error('of some other class'), { name: 'CodecError', code: 'x' }),
  ];
  const edit = () => Promise.reject(thrown[next]!);
  const editor = await connected({ edit });
  let next = 0;
  for (; next < thrown.length; next++) {
    const want = thrown[next]!;
    const got = (await outcome(editor.edit(file, ROBOT))) as Error;
    expect(got.constructor, want.name).toBe(want.constructor);
    expect(got.message).toBe(want.message);
    expect(got.name).toBe(want.name);
    expect({ ...got, name: '' }).toEqual({ ...want, name: '' });
    if (!(want instanceof DOMException)) expect(got.stack).toBe(want.stack);
  }
  next = 0;
  const got = (await outcome(editor.edit(file, ROBOT))) as Error;
  expect(got.cause).toBeInstanceOf(MediaError);
  expect(got.cause).toMatchObject({ stage: 'decode', code: 'damaged', message: 'a torn frame' });
  editor.dispose();
});

describe('progress', () => {
  const preview = { width: 1, height: 1, frames: 1, rgba: Uint8ClampedArray.of(1, 2, 3, 255) };
  const edit = async (_: Blob, { onProgress, signal }: EditOptions) => {
    for (let done = 1; done <= 3; done++) {
      signal?.throwIfAborted();
      onProgress?.({
        ...{ phase: 'denoise', done, total: 3, fraction: done / 3, remaining: 0 },
        preview: () => preview,
      });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return { frames: 3 };
  };

  test('every event arrives before the result, its preview computed already', async () => {
    const editor = await connected({ edit });
    const seen: ProgressEvent[] = [];
    await editor.edit(file, { ...ROBOT, onProgress: (event) => seen.push(event) });
    expect(seen).toMatchObject([{ done: 1 }, { done: 2 }, { done: 3 }]);
    const [event] = seen;
    expect(event && 'preview' in event && event.preview?.()).toEqual(preview);
    editor.dispose();
  });

  test("a listener's error ends the call, as the very error", async () => {
    const editor = await connected({ edit });
    const fault = new Error('a fault of the listener');
    const onProgress = vi.fn(() => {
      throw fault;
    });
    expect(await outcome(editor.edit(file, { ...ROBOT, onProgress }))).toBe(fault);
    expect(onProgress).toHaveBeenCalledTimes(1);
    const last = ({ done }: { done?: number }): void => {
      if (done === 3) throw fault;
    };
    expect(
      await outcome(editor.edit(file, { ...ROBOT, onProgress: last as EditOptions['onProgress'] & object })),
    ).toBe(fault);
    editor.dispose();
  });
});

test("an abort ends the call with the signal's own reason, before and while it runs", async () => {
  const seen: unknown[] = [];
  const edit = (_: Blob, { signal }: { signal: AbortSignal }) =>
    new Promise((_resolve, reject) => {
      seen.push(signal.aborted);
      const end = () => reject(signal.reason as Error);
      if (signal.aborted) end();
      else signal.addEventListener('abort', end);
    });
  const editor = await connected({ edit });
  const reason = { because: () => 'functions do not clone' };
  expect(await outcome(editor.edit(file, { ...ROBOT, signal: AbortSignal.abort(reason) }))).toBe(reason);
  const controller = new AbortController();
  const work = outcome(editor.edit(file, { ...ROBOT, signal: controller.signal }));
  setTimeout(() => controller.abort(reason), 10);
  expect(await work).toBe(reason);
  expect(seen).toEqual([true, false]);
  editor.dispose();
});

test('methods of a result work, and a result that comes back is the very one', async () => {
  const made = { frames: 12, double: (x: number) => 2 * x };
  const back: unknown[] = [];
  const editor = await connected({
    edit: () => Promise.resolve(made),
    evaluate: (...args: unknown[]) => Promise.resolve(back.push(args[1])),
  });
  const result = (await editor.edit(file, ROBOT)) as unknown as typeof made;
  expect(result.frames).toBe(12);
  expect(await Promise.resolve(result.double(4))).toBe(8);
  await editor.evaluate(file, result as unknown as Blob, ROBOT);
  await editor.evaluate(file, { frames: 12 } as unknown as Blob, ROBOT);
  expect(back[0]).toBe(made);
  expect(back[1]).toEqual({ frames: 12 });
  editor.dispose();
});

describe('refused', () => {
  test('what stays where it is: a device, a folder of functions, what does not clone', async () => {
    const { port1 } = new MessageChannel();
    const gpu = {} as GPU;
    expect(String(await outcome(connect(port1, 'nano', { gpu })))).toMatch(/^TypeError.*opens its own GPU/);
    const folder = { name: '', open: () => undefined } as unknown as ModelFolder;
    expect(String(await outcome(connect(port1, folder)))).toMatch(/^TypeError: A ModelFolder/);
    port1.close();
    const editor = await connected({ edit: () => Promise.resolve() });
    const odd = { ...ROBOT, picture: new WeakMap() as unknown as Blob };
    expect(String(await outcome(editor.edit(file, odd)))).toMatch(/^TypeError: What edit\(\) was given/);
    editor.dispose();
  });

  test('another version, serving twice, methods that are none', async () => {
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = ({ data: { port } }: MessageEvent<{ port: MessagePort }>) =>
      port.postMessage({ refilm: 'refused', protocol: 99 });
    expect(String(await outcome(connect(port1)))).toMatch(/speaks version 99 of the protocol/);
    port1.close();
    const load = () => Promise.resolve({ device: '', dispose: () => undefined });
    serveEditors(port1, load as unknown as LoadEditor);
    expect(() => serveEditors(port1, load as unknown as LoadEditor)).toThrow(/called before/);

    const editor = await connected({});
    expect(String(await outcome(editor.edit(file, ROBOT)))).toMatch(/^TypeError/);
    editor.dispose();
  });
});
