// The takes of the page: what is asked for is queued, run one after another, kept over a reload, and removed.
import type { ProgressEvent } from '../../src/index.ts';
import { messageOf } from '../errors.ts';
import type { Model } from '../model.ts';
import { editOptions } from './settings.ts';
import { TakeStore } from './store.ts';
import { finish, missingWeights, newTake, type Take } from './take.ts';

/** The page looks at a take while it is made, and moves its guidance afterwards. */
const WATCHED = { previewEvery: 4, keepPredictions: true };

/** What happens to takes. */
export interface TakeEvents {
  /** Something about `take` or the list has changed. */
  readonly onChange: (take?: Take) => void;
  readonly onProgress: (take: Take, event: ProgressEvent) => void;
  /** A take has stopped running, whatever came of it; `error` where it failed. */
  readonly onEnd: (take: Take, error?: unknown) => void;
}

/** All takes, newest last. */
export class Takes {
  readonly #model: Model;
  readonly #events: TakeEvents;
  readonly #store = new TakeStore();
  readonly #controllers = new Map<Take, AbortController>();
  #all: Take[] = [];

  constructor(model: Model, events: TakeEvents) {
    this.#model = model;
    this.#events = events;
  }

  get all(): readonly Take[] {
    return this.#all;
  }

  get running(): Take | undefined {
    return this.#all.find(({ status }) => status === 'running');
  }

  /** Fetches the takes of earlier visits. */
  async restore(): Promise<void> {
    this.#all = [...(await this.#store.load()), ...this.#all];
    this.#events.onChange();
  }

  /** Queues a new take. */
  add(...request: Parameters<typeof newTake>): Take {
    const take = newTake(...request);
    this.#all.push(take);
    void this.#run(take);
    return take;
  }

  /** Queues a take that was cancelled or failed once more. */
  again(take: Take): void {
    take.status = 'queued';
    delete take.reason;
    void this.#run(take);
  }

  /** Ends a take that runs or waits. It may run on until the GPU has finished what it is at. */
  cancel(take: Take): void {
    this.#controllers.get(take)?.abort();
    if (take.status !== 'queued') return;
    take.status = 'cancelled';
    this.#events.onChange(take);
  }

  /** Removes takes; those that run are cancelled. */
  remove(gone: readonly Take[]): void {
    for (const take of gone) {
      this.#controllers.get(take)?.abort();
      if (take.url !== undefined) URL.revokeObjectURL(take.url);
    }
    this.#all = this.#all.filter((take) => !gone.includes(take));
    void this.#store.remove(gone, this.#all);
    this.#events.onChange();
  }

  /** Keeps what has become known of a finished take. */
  changed(take: Take): void {
    void this.#store.put(take);
    this.#events.onChange(take);
  }

  async #run(take: Take): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#controllers.set(take, controller);
    this.#events.onChange(take);
    const onProgress = (event: ProgressEvent): void => {
      if (!signal.aborted) this.#events.onProgress(take, event);
    };
    let failure: unknown;
    try {
      const { clip, settings, files } = take;
      const missing = missingWeights(take);
      if (missing !== undefined) throw new Error(missing);
      const result = await this.#model.use(
        (editor) => {
          take.status = 'running';
          this.#events.onChange(take);
          return editor.edit(clip.file, {
            ...editOptions(settings, files),
            ...WATCHED,
            signal,
            onProgress,
          });
        },
        { signal, onProgress, unet: files.unet },
      );
      finish(take, result);
      void this.#store.put(take);
    } catch (error) {
      take.status = signal.aborted ? 'cancelled' : 'failed';
      if (!signal.aborted) {
        failure = error;
        take.reason = messageOf(error).text;
      }
    }
    if (this.#controllers.get(take) === controller) this.#controllers.delete(take);
    this.#events.onEnd(take, failure);
    this.#events.onChange(take);
  }
}
