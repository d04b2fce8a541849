// Keeps an engine alive: a lost device is rebuilt, its weights are loaded again, and the stage that was running is run
// again from what it had finished. Everything a stage needs to resume is on the CPU.

import { DeviceLostError, GpuError, type GpuOptions } from '../../gpu/index.ts';
import type { ByteSource } from '../../net/source.ts';
import type { OnProgress } from '../ask/progress.ts';
import { Engine } from './engine.ts';
import type { ModelFiles, ModelOptions } from './model.ts';
import { Tuning, type TuningOptions } from './tuning.ts';
import { UsageAccount } from './usage.ts';

/** How often one stage may lose its device before the edit gives up, and how long to wait before the later attempts. */
const MAX_REBUILDS = 2;
const REBUILD_DELAY_MS = 2000;

/** Reads and maps fail at once when a device is lost; the reason may come this much later on a busy machine. */
const LOSS_NOTICE_MS = 3000;

/** Options of {@link Session.open}. */
export interface SessionOptions extends ModelOptions, GpuOptions, TuningOptions {}

/** Options of {@link Session.run}. */
export interface StageOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** An engine that survives its device. */
export class Session {
  #engine: Engine;
  /** False where the engine's device failed: the next stage begins with a new one. */
  #usable = true;
  #disposed = false;
  /** What edits use, also of devices that were lost meanwhile. */
  readonly account: UsageAccount;

  private constructor(
    private files: ModelFiles,
    private readonly gpuOptions: GpuOptions,
    /** Which variants the kernels take, also on the next device. */
    readonly tuning: Tuning,
    engine: Engine,
  ) {
    this.#engine = engine;
    this.account = new UsageAccount(engine.gpu);
  }

  /**
   * Opens a device and loads the model; `meanwhile` is for `Engine.create`, this first time only. Throws
   * `UnsupportedError`, and as `Model.open` and `Model.load` do.
   */
  static async open(
    files: ModelFiles,
    { signal, onProgress, tuning, tuningStore, tuningBudget, ...gpuOptions }: SessionOptions = {},
    meanwhile?: (engine: Engine) => void,
  ): Promise<Session> {
    const choices = new Tuning({ tuning, tuningStore, tuningBudget });
    const gpu = await choices.createGpu(gpuOptions);
    const engine = await Engine.create(gpu, files, { signal, onProgress }, meanwhile);
    return new Session(files, gpuOptions, choices, engine);
  }

  /** The engine as it is now; another one after a loss. Throws once disposed of. */
  get engine(): Engine {
    if (this.#disposed)
      throw new Error('This editor has been disposed of. Load a new one with Editor.load().');
    return this.#engine;
  }

  /** Fine-tuned weights that are laid over the UNet's own; undefined where none are. */
  get unet(): ByteSource | undefined {
    return this.files.unet;
  }

  /**
   * Runs `stage`. When the device is lost meanwhile, a new one is made and the stage runs again: it must take up what it
   * had done from the CPU. Rejects with DeviceLostError when that fails too often, or when the device was the caller's.
   */
  async run<T>(stage: (engine: Engine) => Promise<T>, { signal, onProgress }: StageOptions = {}): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await stage(await this.#ready(signal));
      } catch (thrown) {
        signal?.throwIfAborted();
        const error = await this.#causeOf(thrown);
        if (error instanceof DeviceLostError || error instanceof GpuError) this.#discard();
        if (!(error instanceof DeviceLostError) || this.gpuOptions.device || attempt > MAX_REBUILDS)
          throw error;
        onProgress?.({ phase: 'recover', attempt, reason: error.message });
        if (attempt > 1) await delay(REBUILD_DELAY_MS, signal);
      }
    }
  }

  /**
   * Lays fine-tuned weights over the UNet's own, or goes back to those; a device lost later gets the same. Throws as
   * `Model.customize` does: the weights that were there are then kept.
   */
  async customize(unet: ByteSource | undefined, options: ModelOptions = {}): Promise<void> {
    await this.run((engine) => {
      engine.releasePrograms();
      return engine.model.customize(unet, options);
    }, options);
    this.files = { ...this.files, unet };
  }

  async #ready(signal: AbortSignal | undefined): Promise<Engine> {
    if (this.#usable) return this.engine;
    const engine = await Engine.create(await this.tuning.createGpu(this.gpuOptions), this.files, { signal });
    if (this.#disposed) engine.dispose();
    else {
      this.account.moveTo(engine.gpu);
      this.#engine = engine;
      this.#usable = true;
    }
    return this.engine;
  }

  /** What the device says went wrong, where it says so; else what was thrown. */
  async #causeOf(thrown: unknown): Promise<unknown> {
    if (!(thrown instanceof DOMException)) return thrown;
    return Promise.race([
      this.#engine.gpu.failed.catch((failure: unknown) => failure),
      delay(LOSS_NOTICE_MS, undefined).then(() => thrown),
    ]);
  }

  #discard(): void {
    this.#engine.dispose();
    this.#usable = false;
  }

  /** Frees what was recorded for one edit; the model stays. */
  release(): void {
    this.#engine.releasePrograms();
  }

  /** Frees the engine. */
  dispose(): void {
    this.#disposed = true;
    this.#engine.dispose();
  }
}

function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort);
  });
}
