// The page's side: an editor that is in a worker.

import type { Quality } from '../after/quality.ts';
import type { SweepGrid, SweepHooks, SweepPoint } from '../after/sweep.ts';
import type { EditOptions, MixOptions, RescaleOptions, Upscale } from '../ask/options.ts';
import { pictureBitmap } from '../content/picture.ts';
import type { LoadOptions } from '../editor.ts';
import type { ModelOptions } from '../model/model.ts';
import type { ModelSource } from '../model/model_source.ts';
import type { EditedVideoFrame, EditResult } from '../run/edit_result.ts';
import type { ClipOptions, ClipPictures, MaskLookOptions } from '../run/looks.ts';
import type { VideoSource } from '../source/source.ts';
import { WorkerLostError } from './errors.ts';
import { watchLife } from './life.ts';
import { Peer } from './peer.ts';
import { type Hello, PROTOCOL, type Welcome } from './protocol.ts';
import type { ServedEditor } from './serve.ts';

/** How long a worker may take to load its modules and call `serve()`. */
const WELCOME_MS = 60_000;

/**
 * Loads a model onto a GPU in `worker`, whose module has called `serve()`, and gives an editor that is used like
 * `Editor`. Several may connect to one worker, each gets an editor of its own. Throws as `Editor.load` does,
 * `WorkerLostError` where the worker can't be started, TypeError for what can't be sent to a worker: a GPU device, a
 * `ModelFolder` made of functions.
 */
export async function connect(
  worker: Worker | MessagePort,
  model: ModelSource = 'nano',
  options: LoadOptions = {},
): Promise<RemoteEditor> {
  refuseWhatStays(model, options);
  const { port1: port, port2 } = new MessageChannel();
  const { life } = await greet(worker, port, port2, options.signal);
  const peer = new Peer(
    port,
    (method) => {
      throw new TypeError(`A page has no method ${method}().`);
    },
    () => stop(),
  );
  const stop = watchLife(life, () => peer.close(new WorkerLostError(TERMINATED)));
  try {
    const { device } = (await peer.call('load', [model, options])) as { device: string };
    return new RemoteEditor(peer, device);
  } catch (error) {
    peer.close(new Error('Loading failed.', { cause: error }));
    throw error;
  }
}

const TERMINATED =
  'The worker has ended: it was terminated, or it crashed. Start a new one and connect again.';

/** Editor's methods, properties and all. */
type SameAsEditor = ServedEditor & { [Symbol.dispose](): void };

/**
 * An editor in a worker: see `Editor` for what each method does. One edit at a time; dispose of it when done.
 *
 * Frames that it is given or gives are transferred, files are shared, pictures are copied. Errors come as the classes
 * that were thrown; when the worker ends, what is running rejects with `WorkerLostError`.
 */
export class RemoteEditor implements SameAsEditor {
  readonly #peer: Peer;
  /** The adapter in words, e.g. for a status line. */
  readonly device: string;

  /** From {@link connect}. */
  constructor(peer: Peer, device: string) {
    this.#peer = peer;
    this.device = device;
  }

  /** As `Editor.edit`. */
  edit(source: VideoSource, options: EditOptions): Promise<EditResult> {
    return this.#call('edit', source, options);
  }

  /** As `Editor.frames`; the worker makes a frame when it is asked for. */
  async *frames(
    source: VideoSource,
    options: EditOptions,
  ): AsyncGenerator<EditedVideoFrame, void, undefined> {
    const { args, close } = await sendable([source, options]);
    const frames = this.#peer.stream('frames', args);
    try {
      yield* frames as AsyncGenerator<EditedVideoFrame, void, undefined>;
    } finally {
      close();
    }
  }

  /** As `Editor.rescale`; `result` is what this editor gave. */
  rescale(result: EditResult, upscale: Upscale, options: RescaleOptions = {}): Promise<Blob> {
    return this.#call('rescale', result, upscale, options);
  }

  /** As `Editor.mask`. */
  mask(source: VideoSource, options: MaskLookOptions): Promise<ClipPictures> {
    return this.#call('mask', source, options);
  }

  /** As `Editor.depthMaps`. */
  depthMaps(source: VideoSource, options: ClipOptions = {}): Promise<ClipPictures> {
    return this.#call('depthMaps', source, options);
  }

  /** As `Editor.mix`; what is kept stays in the worker. */
  mix(result: EditResult, options?: MixOptions): Promise<EditResult> {
    return this.#call('mix', result, options);
  }

  /** As `Editor.evaluate`. */
  evaluate(source: VideoSource, result: VideoSource, options: EditOptions): Promise<Quality> {
    return this.#call('evaluate', source, result, options);
  }

  /** As `Editor.customize`. */
  customize(unet: Blob | URL | undefined, options: ModelOptions = {}): Promise<void> {
    return this.#call('customize', unet, options);
  }

  /** As `Editor.sweep`. */
  sweep(source: Blob, options: EditOptions, grid: SweepGrid, hooks: SweepHooks = {}): Promise<SweepPoint[]> {
    return this.#call('sweep', source, options, grid, hooks);
  }

  async #call<Name extends Exclude<keyof SameAsEditor, 'device' | 'dispose' | 'frames' | symbol>>(
    name: Name,
    ...given: Parameters<SameAsEditor[Name]>
  ): Promise<Awaited<ReturnType<SameAsEditor[Name]>>> {
    const { args, close } = await sendable(given);
    try {
      return (await this.#peer.call(name, args)) as Awaited<ReturnType<SameAsEditor[Name]>>;
    } finally {
      close();
    }
  }

  /**
   * Frees the model and its device in the worker. An edit that is at work rejects. The worker itself stays: end it by
   * `worker.terminate()`.
   */
  dispose(): void {
    void this.#peer.call('dispose', []).catch(() => undefined);
    this.#peer.close(new Error('This editor has been disposed of. Connect to the worker again.'));
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Tells the worker the port to talk over and waits for its welcome. */
function greet(
  worker: Worker | MessagePort,
  port: MessagePort,
  far: MessagePort,
  signal: AbortSignal | undefined,
): Promise<Welcome> {
  const over = new AbortController();
  const watch = { signal: over.signal };
  const welcomed = new Promise<Welcome>((resolve, reject) => {
    const lost = (reason: string): void => reject(new WorkerLostError(reason));
    const timer = setTimeout(
      () => lost(`The worker has not answered for ${WELCOME_MS / 1000} s. Does its module call serve()?`),
      WELCOME_MS,
    );
    watch.signal.addEventListener('abort', () => clearTimeout(timer));
    const failed = (event: Event): void => {
      event.preventDefault(); // told by the rejection
      const why = 'message' in event ? String(event.message) : 'its module could not be loaded';
      lost(`The worker did not start: ${why}.`);
    };
    worker.addEventListener('error', failed, watch);
    port.addEventListener('close', () => lost(TERMINATED), watch);
    signal?.addEventListener('abort', () => reject(signal.reason as Error), watch);
    port.addEventListener(
      'message',
      ({ data }: MessageEvent<Welcome>) => {
        if (data.refilm === 'ready') resolve(data);
        else
          reject(
            new TypeError(
              `The worker's Refilm speaks version ${data.protocol} of the protocol, this page's ${PROTOCOL}: load both from the same package.`,
            ),
          );
      },
      watch,
    );
    signal?.throwIfAborted();
    port.start();
    const hello: Hello = { refilm: 'connect', protocol: PROTOCOL, port: far };
    worker.postMessage(hello, [far]);
  });
  return welcomed
    .catch((error: unknown) => {
      port.close();
      throw error;
    })
    .finally(() => over.abort());
}

function refuseWhatStays(model: ModelSource, { device, gpu, tuningStore }: LoadOptions): void {
  if (device || gpu) {
    throw new TypeError("options.device and options.gpu can't be sent to a worker: it opens its own GPU.");
  }
  if (tuningStore) {
    throw new TypeError("options.tuningStore can't be sent to a worker, which keeps measurements by itself.");
  }
  if (typeof model === 'object' && 'open' in model) {
    throw new TypeError(
      "A ModelFolder can't be sent to a worker. Give a URL, a hub repository, or the folder's files.",
    );
  }
}

/** The arguments with pictures that belong to the document drawn into bitmaps, which `close` frees. */
async function sendable(
  given: readonly unknown[],
): Promise<{ readonly args: unknown[]; readonly close: () => void }> {
  const bitmaps: ImageBitmap[] = [];
  const draw = async (value: unknown): Promise<unknown> => {
    if (isElement(value)) {
      const bitmap = await pictureBitmap(value);
      bitmaps.push(bitmap);
      return bitmap;
    }
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
      return value;
    const items = await Promise.all(Object.values(value).map(draw));
    // An object without such a picture stays the one that it is: the worker may know it.
    if (Object.values(value).every((item, i) => item === items[i])) return value;
    return Object.fromEntries(Object.keys(value).map((key, i) => [key, items[i]]));
  };
  return {
    args: await Promise.all(given.map(draw)),
    close: () => {
      for (const bitmap of bitmaps) bitmap.close();
    },
  };
}

function isElement(value: unknown): value is HTMLImageElement | HTMLCanvasElement | OffscreenCanvas {
  return (
    (typeof HTMLImageElement !== 'undefined' && value instanceof HTMLImageElement) ||
    (typeof HTMLCanvasElement !== 'undefined' && value instanceof HTMLCanvasElement) ||
    (typeof OffscreenCanvas !== 'undefined' && value instanceof OffscreenCanvas)
  );
}
