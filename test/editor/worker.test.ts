// The talk between page and worker, over a real port, with an editor that only pretends.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { MediaError } from '../../src/codec/errors.ts';
import type { LoadOptions } from '../../src/editor/editor.ts';
import type { EditOptions } from '../../src/editor/ask/options.ts';
import type { ProgressEvent } from '../../src/editor/ask/progress.ts';
import { connect, type RemoteEditor } from '../../src/editor/worker/connect.ts';
import { WorkerLostError } from '../../src/editor/worker/errors.ts';
import { serveEditors, type LoadEditor, type ServedEditor } from '../../src/editor/worker/serve.ts';
import {
  DeviceLostError,
  GpuError,
  OutOfMemoryError,
  ShaderError,
  UnsupportedError,
} from '../../src/gpu/errors.ts';
import { DownloadError, NotFoundError, WeightsError } from '../../src/net/errors.ts';
import type { ModelFolder } from '../../src/net/folder.ts';

type Methods = { [Name in keyof ServedEditor]?: unknown };

let close: () => void = () => undefined;
afterEach(() => close());
/** The worker's ends of the connections that were made. */
let far: MessagePort[] = [];

/** An editor with these methods on the far end of a channel. */
async function connected(methods: Methods): Promise<RemoteEditor> {
  return connect(served(() => Promise.resolve({ device: 'a fake', dispose: () => undefined, ...methods })));
}

function served(load: (...args: Parameters<LoadEditor>) => Promise<Methods>): MessagePort {
  const { port1, port2 } = new MessageChannel();
  serveEditors(port2, load as LoadEditor);
  far = [];
  port2.addEventListener('message', ({ data }: MessageEvent<{ port: MessagePort }>) => far.push(data.port));
  close = () => [port1, port2, ...far].forEach((port) => port.close());
  return port1;
}

const file = new Blob(['clip']);
const ROBOT: EditOptions = { prompt: 'a robot' };
/** Frames that node has no class for. */
const asSource = (frames: unknown): Blob => frames as Blob;
const outcome = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

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

describe('streams', () => {
  /** Numbers as buffers, and what became of their source. */
  function counting(count: number) {
    const state = { made: 0, closed: false, buffers: [] as Uint8Array<ArrayBuffer>[] };
    async function* frames(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
      try {
        for (let i = 0; i < count; i++) {
          state.made = i + 1;
          const buffer = Uint8Array.of(i, i, i);
          state.buffers.push(buffer);
          yield await Promise.resolve(buffer);
        }
      } finally {
        state.closed = true;
      }
    }
    return { state, frames };
  }

  test('source frames are asked for one by one, and moved', async () => {
    const { state, frames } = counting(5);
    const ahead: number[] = [];
    const editor = await connected({
      edit: async (source: AsyncIterable<Uint8Array>) => {
        let sum = 0;
        for await (const [value = NaN] of source) {
          sum += value;
          ahead.push(state.made);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        return { frames: sum };
      },
    });
    expect(await editor.edit(asSource(frames()), ROBOT)).toEqual({ frames: 10 });
    expect(ahead).toEqual([1, 2, 3, 4, 5]);
    expect(state.closed).toBe(true);
    expect(state.buffers.map(({ length }) => length)).toEqual([0, 0, 0, 0, 0]);
    editor.dispose();
  });

  test('edited frames are made when asked for; leaving early closes both ends', async () => {
    const made = counting(5);
    const source = counting(5);
    const editor = await connected({
      async *frames(given: AsyncIterable<Uint8Array>) {
        const iterator = given[Symbol.asyncIterator]();
        await iterator.next();
        try {
          for await (const data of made.frames()) yield { data };
        } finally {
          await iterator.return?.();
        }
      },
    });
    const got: unknown[] = [];
    for await (const { data } of editor.frames(asSource(source.frames()), ROBOT)) {
      got.push([...data, made.state.made]);
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (got.length === 2) break;
    }
    expect(got).toEqual([
      [0, 0, 0, 1],
      [1, 1, 1, 2],
    ]);
    expect(made.state).toMatchObject({ made: 2, closed: true });
    expect(source.state).toMatchObject({ made: 1, closed: true });
    editor.dispose();
  });

  test('an abort reaches frames that are being made', async () => {
    const editor = await connected({
      async *frames(_: Blob, { signal }: { signal: AbortSignal }) {
        yield { index: 0 };
        await new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      },
    });
    const controller = new AbortController();
    const reason = new Error('enough');
    const read = async () => {
      for await (const _ of editor.frames(file, { ...ROBOT, signal: controller.signal })) {
        setTimeout(() => controller.abort(reason), 5);
      }
    };
    expect(await outcome(read())).toBe(reason);
    editor.dispose();
  });

  test("an error of the source is the edit's", async () => {
    const editor = await connected({
      edit: async (source: AsyncIterable<unknown>) => {
        for await (const _ of source);
      },
    });
    async function* broken() {
      yield await Promise.resolve(Uint8Array.of(1));
      throw new RangeError('a broken camera');
    }
    const error = await outcome(editor.edit(asSource(broken()), ROBOT));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'a broken camera' });
    editor.dispose();
  });
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

describe('the end', () => {
  const forever = (source: AsyncIterable<unknown>): Promise<unknown> =>
    source[Symbol.asyncIterator]()
      .next()
      .then(() => new Promise(() => undefined));

  test('disposing rejects what runs, closes its frames and frees the editor', async () => {
    const dispose = vi.fn();
    const editor = await connected({ edit: forever, dispose });
    let closed = false;
    const source = (async function* () {
      try {
        yield await Promise.resolve(Uint8Array.of(1));
      } finally {
        closed = true;
      }
    })();
    const work = outcome(editor.edit(asSource(source), ROBOT));
    await new Promise((resolve) => setTimeout(resolve, 20));
    editor.dispose();
    expect(String(await work)).toMatch(/has been disposed of/);
    expect(String(await outcome(editor.edit(file, ROBOT)))).toMatch(/has been disposed of/);
    editor.dispose();
    await vi.waitFor(() => expect(dispose).toHaveBeenCalled());
    expect(closed).toBe(true);
  });

  test('a worker that is gone rejects what runs, at once, and all that comes later', async () => {
    const editor = await connected({ edit: forever });
    const work = outcome(editor.edit(asSource([Uint8Array.of(1)].values()), ROBOT));
    const started = performance.now();
    setTimeout(() => far.forEach((port) => port.close()), 20);
    const lost = await work;
    expect(lost).toBeInstanceOf(WorkerLostError);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(await outcome(editor.edit(file, ROBOT))).toBe(lost);
  });

  test('a page that is gone aborts what runs and frees its editor; another page goes on', async () => {
    const dispose = vi.fn();
    const aborted = vi.fn();
    const port = served(() =>
      Promise.resolve({
        device: 'a fake',
        edit: (_: Blob, { signal, prompt }: EditOptions) => {
          signal!.addEventListener('abort', aborted);
          return prompt === 'stay' ? Promise.resolve({ frames: 1 }) : new Promise(() => undefined);
        },
        dispose,
      }),
    );
    const gone = await connect(port);
    const other = await connect(port);
    const { signal } = new AbortController();
    void outcome(gone.edit(file, { ...ROBOT, signal }));
    await new Promise((resolve) => setTimeout(resolve, 10));
    gone.dispose();
    await vi.waitFor(() => expect(dispose).toHaveBeenCalledTimes(1));
    expect(aborted).toHaveBeenCalledTimes(1);
    expect(await other.edit(file, { prompt: 'stay', signal })).toEqual({ frames: 1 });
    other.dispose();
  });

  test('a page that gives up while the model loads: the editor is freed once it is there', async () => {
    const dispose = vi.fn();
    const load = vi.fn((_: unknown, { signal }: LoadOptions) =>
      signal
        ? new Promise<Methods>((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error)),
          )
        : new Promise<Methods>((resolve) => setTimeout(() => resolve({ device: '', dispose }), 200)),
    );
    const port = served(load);
    const controller = new AbortController();
    const reason = new Error('enough');
    setTimeout(() => controller.abort(reason), 10);
    expect(await outcome(connect(port, 'nano', { signal: controller.signal }))).toBe(reason);
    expect(await outcome(connect(port, 'nano', { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(load).toHaveBeenCalledTimes(1);

    const work = outcome(connect(port));
    await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(2), { interval: 5 });
    far.at(-1)!.close();
    expect(await work).toBeInstanceOf(WorkerLostError);
    await vi.waitFor(() => expect(dispose).toHaveBeenCalled());
  });
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
