// The model in its worker, loaded when it is first needed and kept for all that follows; one piece of work at a time.
import type { OnProgress } from '../src/index.ts';
import { connect, type RemoteEditor } from '../src/worker.ts';
import { endsTheEditor } from './errors.ts';
import { WorkQueue } from './state/queue.ts';

/** What a piece of work may be told and tell. */
export interface WorkOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Fine-tuned weights of the UNet that the work needs; undefined for the model's own. */
  readonly unet?: Blob | undefined;
}

/** Holds one editor for the page. */
export class Model {
  readonly #line = new WorkQueue();
  #worker: Worker | undefined;
  #editor: RemoteEditor | undefined;
  #unet: Blob | undefined;

  /**
   * Waits for its turn, loads the editor where there is none, and does `work` with it. Throws as `connect` and `work` do;
   * an editor whose device or worker is gone is given up, so that the next work begins with a new one.
   */
  use<T>(work: (editor: RemoteEditor) => Promise<T>, options: WorkOptions): Promise<T> {
    return this.#line.add(async () => {
      try {
        this.#worker ??= new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
        this.#editor ??= await connect(this.#worker, 'nano', options);
        if ('unet' in options && options.unet !== this.#unet) {
          await this.#editor.customize(options.unet, options);
          this.#unet = options.unet;
        }
        return await work(this.#editor);
      } catch (error) {
        if (endsTheEditor(error)) this.#drop();
        throw error;
      }
    }, options.signal);
  }

  #drop(): void {
    this.#editor?.dispose();
    this.#worker?.terminate();
    this.#editor = this.#worker = this.#unet = undefined;
  }
}
