// Answers questions (choices.ts) by the clock: every candidate of a kernel, on this device, alone and in turns.

import { questionKey } from './choices.ts';
import { timeInTurns } from './clock.ts';
import type { Gpu } from './device.ts';
import { OutOfMemoryError, ShaderError } from './errors.ts';
import { Heap } from './heap.ts';
import type { Program } from './program.ts';
import { type Choice, Recorder } from './recorder.ts';

/** Options of {@link tune}. */
export interface TuneOptions {
  /** Milliseconds after which no further question is begun; what is left stays open. Default 4000. */
  readonly budgetMs?: number | undefined;
  /** Checked between samples; rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told after every question, of all. */
  readonly onQuestion?: ((done: number, total: number) => void) | undefined;
}

/** Browsers' clocks are coarse (0.1 ms): a sample of this length is wrong by 2 % at most. */
const SAMPLE_MS = 5;
const SAMPLES = 5;

/** Milliseconds that one candidate's samples may cost; two are taken in any case. */
const CANDIDATE_MS = 200;

/** A candidate replaces the guess when it takes less than this share of its time: less is noise. */
const CLEARLY = 0.95;

/** A candidate whose first sample takes this much longer than the fastest's gets no second. */
const HOPELESS = 1.5;

/**
 * Measures `questions`, the heaviest first, and gives the answers to `gpu.choices.measured`. Candidates that this device
 * can't compile or hold are passed over. Rejects when the device is lost or the signal aborts; nothing stays allocated.
 */
export async function tune(
  gpu: Gpu,
  questions: readonly Choice[],
  { budgetMs = 4000, signal, onQuestion }: TuneOptions = {},
): Promise<void> {
  const deadline = performance.now() + budgetMs;
  // Recorded and set to compile all at once; each is given memory when its turn comes.
  const contests = questions.map((question) => new Contest(gpu, question));
  contests.sort((a, b) => b.flops - a.flops);
  for (const [i, contest] of contests.entries()) {
    signal?.throwIfAborted();
    const compiled = await before(deadline, contest.compiled(), signal);
    gpu.throwIfFailed();
    if (!compiled || performance.now() > deadline) return;
    const winner = await contest.winner(signal);
    if (winner !== undefined) gpu.choices.measured.set(questionKey(contest.question), winner);
    onQuestion?.(i + 1, contests.length);
  }
}

/** The candidates of one question. */
class Contest {
  readonly #recorded = new Map<string, Recorder>();
  /** Work estimate of one run. */
  readonly flops: number;

  constructor(
    private readonly gpu: Gpu,
    readonly question: Choice,
  ) {
    let flops = 0;
    for (const candidate of question.candidates) {
      const rec = recorded(gpu, question, candidate);
      if (!rec) continue;
      void rec.compile();
      flops = Math.max(flops, rec.flops);
      this.#recorded.set(candidate, rec);
    }
    this.flops = flops;
  }

  /** Resolves when every candidate's kernels are compiled, or are known not to. */
  compiled(): Promise<unknown> {
    return this.gpu.orFailed(Promise.allSettled([...this.#recorded.values()].map((rec) => rec.compile())));
  }

  /** The candidate to take; undefined where the device can run none alone. */
  async winner(signal: AbortSignal | undefined): Promise<string | undefined> {
    const heap = new Heap(this.gpu, 'tuning');
    const programs = new Map<string, Program>();
    try {
      for (const [candidate, rec] of this.#recorded) {
        const program = await rec.finish(heap).catch((error: unknown) => {
          if (error instanceof ShaderError) return undefined;
          throw error;
        });
        if (program) programs.set(candidate, program);
      }
      if (programs.size === 0) return undefined;
      const clock = { samples: SAMPLES, sampleMs: SAMPLE_MS, budgetMs: CANDIDATE_MS, hopeless: HOPELESS };
      const times = await timeInTurns(this.gpu, programs, { ...clock, signal });
      const [fastest, ms] = [...times].reduce((best, next) => (next[1] < best[1] ? next : best));
      const guess = this.question.candidates[0];
      return ms < CLEARLY * (times.get(guess) ?? Infinity) ? fastest : guess;
    } catch (error) {
      if (error instanceof OutOfMemoryError) return undefined;
      throw error;
    } finally {
      for (const program of programs.values()) program.dispose();
      heap.dispose();
    }
  }
}

/** The candidate alone; undefined where its tensors are too large for the device. */
function recorded(gpu: Gpu, question: Choice, candidate: string): Recorder | undefined {
  const rec = new Recorder(gpu, `tune ${question.family} ${candidate}`);
  try {
    question.record(rec, candidate);
    return rec;
  } catch (error) {
    if (error instanceof OutOfMemoryError) return undefined;
    throw error;
  }
}

/** What `work` gives; undefined at the deadline. Rejects when the signal aborts. */
async function before<T>(
  deadline: number,
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let abort: (() => void) | undefined;
  const end = new Promise<undefined>((resolve, reject) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, deadline - performance.now()));
    abort = () => reject(signal!.reason as Error);
    signal?.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
    if (abort) signal?.removeEventListener('abort', abort);
  }
}
