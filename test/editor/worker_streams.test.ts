// Frames between page and worker, one by one as the slower side takes them.
import { describe, expect, test } from 'vitest';
import { asSource, connected, file, outcome, ROBOT } from './fake_editor.ts';

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
