// When kernels' variants are measured, and that an edit keeps to those that it began with.

import { type ChosenVariants, Gpu, type GpuOptions, tune } from '../../gpu/index.ts';
import type { OnProgress } from '../ask/progress.ts';
import type { Engine } from './engine.ts';
import { browserTuningStore, readMeasured, type TuningStore, writeMeasured } from './tuning_store.ts';

/** How kernels' variants are chosen. */
export interface TuningOptions {
  /**
   * Whether variants are measured before the first edit of a size. `auto`, the default, measures on GPUs and takes the
   * built-in choices on CPUs, where compiling the candidates costs more than they gain; `off` always takes those.
   */
  readonly tuning?: 'auto' | 'on' | 'off' | undefined;
  /** Where measurements are kept; default the browser's cache storage. */
  readonly tuningStore?: TuningStore | undefined;
  /** Milliseconds that one edit may spend on measuring; the rest is left to the next. Default 4000. */
  readonly tuningBudget?: number | undefined;
}

/** The choices of a session, over all its devices. */
export class Tuning {
  /** What the edit that is running has taken. */
  readonly #noted: ChosenVariants = new Map();
  readonly #mode: 'auto' | 'on' | 'off';
  readonly #store: TuningStore | undefined;
  readonly #budgetMs: number | undefined;

  constructor({ tuning = 'auto', tuningStore = browserTuningStore(), tuningBudget }: TuningOptions = {}) {
    if (!['auto', 'on', 'off'].includes(tuning)) {
      throw new TypeError(`tuning must be 'auto', 'on' or 'off', got '${String(tuning)}'.`);
    }
    this.#mode = tuning;
    this.#store = tuningStore;
    this.#budgetMs = tuningBudget;
  }

  /** A device that knows what was measured on its adapter and what the running edit has taken. */
  async createGpu(options: GpuOptions): Promise<Gpu> {
    const gpu = await Gpu.create({ ...options, noted: this.#noted });
    if (this.#isOn(gpu) && this.#store) {
      const measured = await readMeasured(this.#store, gpu);
      for (const [key, candidate] of measured) gpu.choices.measured.set(key, candidate);
    }
    return gpu;
  }

  /**
   * Begins an edit: `record` records its programs; what nobody has measured for them is measured, and the programs are
   * dropped to be recorded anew. From here to the next call every recording takes the same variants.
   */
  async begin(
    engine: Pick<Engine, 'gpu' | 'questions' | 'releasePrograms'>,
    record: () => void,
    { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress?: OnProgress | undefined },
  ): Promise<void> {
    this.#noted.clear();
    if (!this.#isOn(engine.gpu)) return;
    engine.questions.clear();
    record();
    const questions = [...engine.questions.values()];
    if (questions.length === 0) return;
    engine.releasePrograms();
    this.#noted.clear();
    const tell = (done: number, total: number) =>
      onProgress?.({ phase: 'tune', done, total, fraction: 0, remaining: Infinity });
    tell(0, questions.length);
    try {
      await tune(engine.gpu, questions, { budgetMs: this.#budgetMs, signal, onQuestion: tell });
    } finally {
      if (this.#store) await writeMeasured(this.#store, engine.gpu);
    }
  }

  #isOn({ software }: Gpu): boolean {
    return this.#mode === 'on' || (this.#mode === 'auto' && !software);
  }
}
