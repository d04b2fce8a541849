// Keeps an engine alive: a lost device is rebuilt, its weights are loaded again, and the stage that was running is run
// again from what it had finished. Everything a stage needs to resume is on the CPU.

import { DeviceLostError, Gpu, type GpuOptions } from '../gpu/index.ts';
import { Engine } from './engine.ts';
import type { ModelFiles, ModelOptions } from './model.ts';
import type { OnProgress } from './progress.ts';

/** How often one stage may lose its device before the edit gives up, and how long to wait before the later attempts. */
const MAX_REBUILDS = 2;
const REBUILD_DELAY_MS = 2000;

/** Options of {@link Session.run}. */
export interface StageOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** An engine that survives its device. */
export class Session {
  #engine: Engine | undefined;

  private constructor(
    private readonly files: ModelFiles,
    private readonly gpuOptions: GpuOptions,
    engine: Engine,
  ) {
    this.#engine = engine;
  }

  /** Opens a device and loads the model. Throws `UnsupportedError`, and as `Model.load` does. */
  static async open(files: ModelFiles, gpuOptions: GpuOptions, options: ModelOptions = {}): Promise<Session> {
    return new Session(files, gpuOptions, await Engine.create(await Gpu.create(gpuOptions), files, options));
  }

  /** The engine as it is now; another one after a loss. Throws once disposed of. */
  get engine(): Engine {
    if (!this.#engine)
      throw new Error('This editor has been disposed of. Load a new one with Editor.load().');
    return this.#engine;
  }

  /**
   * Runs `stage`. When the device is lost meanwhile, a new one is made and the stage runs again: it must take up what it
   * had done from the CPU. Rejects with DeviceLostError when that fails too often, or when the device was the caller's.
   */
  async run<T>(stage: (engine: Engine) => Promise<T>, { signal, onProgress }: StageOptions = {}): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await stage(this.engine);
      } catch (error) {
        if (!(error instanceof DeviceLostError) || this.gpuOptions.device || attempt > MAX_REBUILDS)
          throw error;
        signal?.throwIfAborted();
        onProgress?.({ phase: 'recover', attempt, reason: error.message });
        if (attempt > 1) await delay(REBUILD_DELAY_MS, signal);
        await this.#rebuild(signal);
      }
    }
  }

  async #rebuild(signal: AbortSignal | undefined): Promise<void> {
    this.#engine?.dispose();
    this.#engine = undefined;
    this.#engine = await Engine.create(await Gpu.create(this.gpuOptions), this.files, { signal });
  }

  /** Frees what was recorded for one edit; the model stays. */
  async release(): Promise<void> {
    await this.#engine?.releasePrograms();
  }

  /** Frees the engine. */
  dispose(): void {
    this.#engine?.dispose();
    this.#engine = undefined;
  }
}

function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
