import { expect } from 'vitest';
import { dawn } from '../../bin/dawn.ts';
import type { ProgressEvent } from '../../src/editor/ask/progress.ts';
import { Tuning, type TuningOptions } from '../../src/editor/model/tuning.ts';
import type { TuningStore } from '../../src/editor/model/tuning_store.ts';
import { type Choice, type Gpu, Recorder } from '../../src/gpu/index.ts';
import { gpuTest } from '../gpu.ts';

const source = {
  name: 'spin',
  wgsl: `@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum = f32(id.x);
  for (var i = 0u; i < 64 * ROUNDS; i++) { sum = sum * 0.5 + f32(i); }
  y[id.x] = sum;
}`,
};

/** A kernel whose author guesses wrong. */
function ask(rec: Recorder, shape: string): string {
  const question: Choice = {
    family: 'spin',
    shape,
    candidates: ['30', '2'],
    record(alone, candidate) {
      const y = alone.tensor([4096], 'f32', 'y');
      const prelude = { constants: { ROUNDS: Number(candidate) } };
      alone.dispatch({ source, prelude, inputs: [], outputs: [y], workgroups: [64] });
    },
  };
  return rec.choose(question);
}

/** What an edit needs of an engine. Its programs ask two questions. */
class Programs {
  readonly questions = new Map<string, Choice>();
  released = 0;
  chosen: string[] = [];

  constructor(readonly gpu: Gpu) {}

  readonly record = (): void => {
    const rec = new Recorder(this.gpu, 'edit');
    this.chosen = [ask(rec, 'large'), ask(rec, 'small')];
    for (const [key, question] of rec.questions) this.questions.set(key, question);
  };

  releasePrograms(): void {
    this.released += 1;
  }
}

class MemoryStore implements TuningStore {
  readonly texts = new Map<string, string>();
  reads = 0;
  read(name: string): Promise<string | undefined> {
    this.reads += 1;
    return Promise.resolve(this.texts.get(name));
  }
  write(name: string, text: string): Promise<void> {
    this.texts.set(name, text);
    return Promise.resolve();
  }
}

const GPU = { gpu: dawn(), precision: 'f32' } as const;

/** Begins an edit on a device of its own; what it told and which variants it then takes. */
async function begin(tuning: Tuning, signal?: AbortSignal, at?: (event: ProgressEvent) => void) {
  const gpu = await tuning.createGpu(GPU);
  const programs = new Programs(gpu);
  const events: string[] = [];
  const onProgress = (event: ProgressEvent) => {
    events.push(`${event.phase} ${'done' in event ? `${event.done}/${event.total}` : ''}`);
    at?.(event);
  };
  try {
    await tuning.begin(programs, programs.record, { signal, onProgress });
    programs.record();
    return { events, ...programs };
  } finally {
    gpu.dispose();
  }
}

const on = (options: TuningOptions = {}) => new Tuning({ tuning: 'on', tuningBudget: 60_000, ...options });

gpuTest('measured once: the next visit takes what the store kept', async () => {
  const tuningStore = new MemoryStore();
  const first = await begin(on({ tuningStore }));
  expect(first).toMatchObject({
    events: ['tune 0/2', 'tune 1/2', 'tune 2/2'],
    chosen: ['2', '2'],
    released: 1,
  });
  const second = await begin(on({ tuningStore }));
  expect(second).toMatchObject({ events: [], chosen: ['2', '2'], released: 0 });
});

gpuTest('switched off, and by default on a CPU, the guess counts and the store is not asked', async () => {
  const tuningStore = new MemoryStore();
  await begin(on({ tuningStore }));
  const { reads } = tuningStore;
  for (const tuning of ['off', 'auto', undefined] as const) {
    const edit = await begin(new Tuning({ tuning, tuningStore }));
    expect(edit).toMatchObject({ events: [], chosen: ['30', '30'] });
  }
  expect(tuningStore.reads).toBe(reads);
  expect(() => new Tuning({ tuning: 'fast' as 'on' })).toThrow(
    "tuning must be 'auto', 'on' or 'off', got 'fast'",
  );
});

gpuTest('a damaged or broken store costs a measurement, no more', async () => {
  for (const text of ['{', 'null', '[7]', '{"spin large: 30 2": 2}', '{"spin large: 30 2": "29"}']) {
    const tuningStore: TuningStore = { read: () => Promise.resolve(text), write: () => Promise.resolve() };
    expect(await begin(on({ tuningStore }))).toMatchObject({ chosen: ['2', '2'] });
  }
  const refuse = () => Promise.reject(new DOMException('storage is denied', 'SecurityError'));
  expect(await begin(on({ tuningStore: { read: refuse, write: refuse } }))).toMatchObject({
    chosen: ['2', '2'],
  });
});

gpuTest('an edit keeps its variants on the next device, whatever was measured since', async () => {
  const tuningStore = new MemoryStore();
  const tuning = on({ tuningStore, tuningBudget: 0 });
  expect((await begin(tuning)).chosen).toEqual(['30', '30']);
  await begin(on({ tuningStore }));
  const rebuilt = new Programs(await tuning.createGpu(GPU));
  rebuilt.record();
  rebuilt.gpu.dispose();
  expect(rebuilt.chosen).toEqual(['30', '30']);
  expect((await begin(tuning)).chosen).toEqual(['2', '2']);
});

gpuTest('an abort while measuring rejects, and what was measured is kept', async () => {
  const tuningStore = new MemoryStore();
  const stop = new AbortController();
  const edit = begin(on({ tuningStore }), stop.signal, (event) => {
    if ('done' in event && event.done === 1) stop.abort(new Error('enough'));
  });
  await expect(edit).rejects.toThrow('enough');
  const kept = [...tuningStore.texts.values()].map((text) => Object.keys(JSON.parse(text) as object));
  expect(kept).toEqual([['spin large: 30 2']]);
});
