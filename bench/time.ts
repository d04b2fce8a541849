// The clock: how long a program takes, in samples that are long enough to trust and taken in turns.

import type { Gpu, Program } from '../src/gpu/index.ts';
import { encodeStep } from '../src/gpu/program.ts';

/** A sample lasts at least this long: runs are repeated within one submission. */
const SAMPLE_MS = 20;

/** Once a program has cost this much it is sampled no more, but twice at least. */
const BUDGET_MS = 6000;

/**
 * Median milliseconds a run of each program, sampled in turns: whatever else the machine does meets all of them alike.
 * A program that takes seconds gets fewer than `samples`.
 */
export async function timeInTurns<Key>(
  gpu: Gpu,
  programs: ReadonlyMap<Key, Program>,
  samples: number,
): Promise<Map<Key, number>> {
  const repeats = new Map<Key, number>();
  for (const [key, program] of programs) {
    await timeRuns(gpu, program, 1); // the first run touches fresh memory
    let count = 1;
    let ms = await timeRuns(gpu, program, count);
    while (ms < SAMPLE_MS) {
      count = Math.ceil(count * Math.min(10, (1.2 * SAMPLE_MS) / Math.max(ms, 0.1)));
      ms = await timeRuns(gpu, program, count);
    }
    repeats.set(key, count);
  }
  const times = new Map<Key, number[]>([...programs.keys()].map((key) => [key, []]));
  for (let i = 0; i < samples; i++) {
    for (const [key, program] of programs) {
      const taken = times.get(key)!;
      const count = repeats.get(key)!;
      const spent = count * taken.reduce((sum, ms) => sum + ms, 0);
      if (spent > BUDGET_MS && taken.length >= 2) continue;
      taken.push((await timeRuns(gpu, program, count)) / count);
    }
  }
  return new Map([...times].map(([key, taken]) => [key, median(taken)]));
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
