// The clock: how long programs take, in samples that are long enough to trust and taken in turns.

import type { Gpu } from './device.ts';
import { encodeStep, type Program } from './program.ts';

/** Options of {@link timeInTurns}. */
export interface ClockOptions {
  /** Samples of each program. */
  readonly samples: number;
  /** A sample lasts at least this long, by repeating runs within one submission; default 20. */
  readonly sampleMs?: number;
  /** A program that has cost this much is sampled no more, but twice at least; default 6000. */
  readonly budgetMs?: number;
  /** Programs whose first sample is slower than the fastest's by this factor are left out; default none. */
  readonly hopeless?: number;
  /** Checked before every sample; rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Median milliseconds a run of each program, sampled in turns: whatever else the machine does meets all of them alike.
 * The programs' inputs and outputs are overwritten at will. Rejects when the device is lost.
 */
export async function timeInTurns<Key>(
  gpu: Gpu,
  programs: ReadonlyMap<Key, Program>,
  { samples, sampleMs = 20, budgetMs = 6000, hopeless = Infinity, signal }: ClockOptions,
): Promise<Map<Key, number>> {
  const runners = new Map<Key, Runner>();
  for (const [key, program] of programs) runners.set(key, await Runner.of(gpu, program, sampleMs, signal));
  const best = Math.min(...[...runners.values()].map(({ first }) => first));
  for (const [key, { first }] of runners) if (first > hopeless * best) runners.delete(key);
  for (let i = 0; i < samples; i++) {
    for (const runner of runners.values()) {
      signal?.throwIfAborted();
      if (runner.spent < budgetMs || runner.taken.length < 2) await runner.sample();
    }
  }
  return new Map([...runners].map(([key, { taken }]) => [key, median(taken)]));
}

/** One program, repeated so often that a sample is long enough. */
class Runner {
  /** Milliseconds a run, sample by sample. */
  readonly taken: number[] = [];

  private constructor(
    private readonly gpu: Gpu,
    private readonly program: Program,
    private readonly repeats: number,
    /** Milliseconds a run while `repeats` was sought. */
    readonly first: number,
  ) {}

  static async of(
    gpu: Gpu,
    program: Program,
    sampleMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Runner> {
    await timeRuns(gpu, program, 1); // the first run touches fresh memory
    let repeats = 1;
    let ms = await timeRuns(gpu, program, repeats);
    while (ms < sampleMs) {
      signal?.throwIfAborted();
      repeats = Math.ceil(repeats * Math.min(10, (1.2 * sampleMs) / Math.max(ms, 0.1)));
      ms = await timeRuns(gpu, program, repeats);
    }
    return new Runner(gpu, program, repeats, ms / repeats);
  }

  /** Milliseconds that its samples have cost. */
  get spent(): number {
    return this.repeats * this.taken.reduce((sum, ms) => sum + ms, 0);
  }

  async sample(): Promise<void> {
    this.taken.push((await timeRuns(this.gpu, this.program, this.repeats)) / this.repeats);
  }
}

async function timeRuns(gpu: Gpu, program: Program, count: number): Promise<number> {
  const steps = await program.steps();
  const encoder = gpu.device.createCommandEncoder({ label: 'timed runs' });
  const pass = encoder.beginComputePass();
  for (let i = 0; i < count; i++) for (const step of steps) encodeStep(pass, step);
  pass.end();
  const commands = encoder.finish();
  const start = performance.now();
  await gpu.submit(commands);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
