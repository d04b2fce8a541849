// The clock: how long programs take, in samples that are long enough to trust and taken in turns.

import type { Gpu } from './device.ts';
import { encodeStep, type Program } from './program.ts';

/** Options of {@link timeInTurns}. */
export interface ClockOptions {
  /** Samples of each program. */
  readonly samples: number;
  /** A sample lasts about this long at least, by repeating runs within one submission; default 20. Up to ten times
   * longer where the device's answer to an empty submission takes a good part of it. */
  readonly sampleMs?: number;
  /** A program that has cost this much is sampled no more, but twice at least; default 6000. */
  readonly budgetMs?: number;
  /** Programs whose first runs are slower than the fastest's by this factor are left out; default none. */
  readonly hopeless?: number;
  /** Checked before every sample; rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A sample is this many times as long as the worst empty submission: what it measures is then the kernels. */
const LATENCIES = 4;

/**
 * Median milliseconds a run of each program, sampled in turns: whatever else the machine does meets all of them alike.
 * The programs' inputs and outputs are overwritten at will. Rejects when the device is lost.
 */
export async function timeInTurns<Key>(
  gpu: Gpu,
  programs: ReadonlyMap<Key, Program>,
  { samples, sampleMs = 20, budgetMs = 6000, hopeless = Infinity, signal }: ClockOptions,
): Promise<Map<Key, number>> {
  const atLeastMs = Math.max(sampleMs, Math.min(10 * sampleMs, LATENCIES * (await latency(gpu))));
  const runners = new Map([...programs].map(([key, program]) => [key, new Runner(gpu, program, atLeastMs)]));
  for (const runner of runners.values()) await runner.settle(signal);
  const slow = () => {
    const best = Math.min(...[...runners.values()].map(({ fastest }) => fastest));
    return [...runners].filter(([, { fastest }]) => fastest > hopeless * best);
  };
  // Whoever's turn it was while the machine was busy looks slow too: no one is left out before a second look.
  for (const [, runner] of slow()) await runner.settle(signal);
  for (const [key] of slow()) runners.delete(key);
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
  /** Milliseconds a run in the shortest sample that was long enough: a pause of the machine only makes one longer. */
  fastest = Infinity;
  #repeats = 1;

  constructor(
    private readonly gpu: Gpu,
    private readonly program: Program,
    private readonly sampleMs: number,
  ) {}

  /** Seeks how many runs a sample takes, and times them. */
  async settle(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      let ms = await this.#time();
      // What seems long enough may be a pause, or the first run, which touches fresh memory; what is far longer is no pause.
      for (let again = 0; ms >= this.sampleMs && again < (ms < 10 * this.sampleMs ? 3 : 1); again++)
        ms = Math.min(ms, await this.#time());
      if (ms >= this.sampleMs) {
        this.fastest = Math.min(this.fastest, ms / this.#repeats);
        return;
      }
      // A coarse clock may have said 0.
      this.#repeats = Math.ceil(this.#repeats * Math.min(10, (1.2 * this.sampleMs) / Math.max(ms, 0.1)));
    }
  }

  /** Milliseconds that its samples have cost. */
  get spent(): number {
    return this.#repeats * this.taken.reduce((sum, ms) => sum + ms, 0);
  }

  async sample(): Promise<void> {
    this.taken.push((await this.#time()) / this.#repeats);
  }

  #time(): Promise<number> {
    return timeRuns(this.gpu, this.program, this.#repeats);
  }
}

/** Milliseconds from an empty submission to the word that it is done, at worst: where other work has the processor, one
 * word in three is late, and a sample must be long against that too. */
async function latency(gpu: Gpu): Promise<number> {
  let worst = 0;
  for (let i = 0; i < 8; i++) {
    const start = performance.now();
    await gpu.submit(gpu.device.createCommandEncoder({ label: 'nothing' }).finish());
    worst = Math.max(worst, performance.now() - start);
  }
  return worst;
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
