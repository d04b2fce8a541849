// How the talk between page and worker ends: disposed of, closed, crashed, given up.
import { describe, expect, test, vi } from 'vitest';
import type { LoadOptions } from '../../src/editor/editor.ts';
import type { EditOptions } from '../../src/editor/ask/options.ts';
import { connect } from '../../src/editor/worker/connect.ts';
import { WorkerLostError } from '../../src/editor/worker/errors.ts';
import { asSource, connected, far, file, type Methods, outcome, ROBOT, served } from './fake_editor.ts';

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
