// The public use case: load a model once, edit videos with it.

import { encode, type EncoderFrame, mux } from '../codec/index.ts';
import { cachedSource, openModelCache } from '../net/cache.ts';
import { filesFolder, hubFolder, mappedFolder, type ModelFolder, urlFolder } from '../net/folder.ts';
import { urlSource } from '../net/http.ts';
import { blobSource, type ByteSource } from '../net/source.ts';
import { NANO_FILES } from '../../weights/nano.js';
import { editFrames, type EditedFrame, type EditJob } from './edit.ts';
import { openDepth } from './depth_pass.ts';
import { type ModelOptions, readModelFiles, type ModelFiles } from './model.ts';
import { type EditOptions, resolveOptions } from './options.ts';
import type { EditPlan } from './plan.ts';
import type { OnProgress } from './progress.ts';
import { editShape } from './plan_edit.ts';
import { measureQuality, type Quality } from './quality.ts';
import { Session, type SessionOptions } from './session.ts';
import { type FrameSource, openSource, type VideoSource } from './source.ts';

/**
 * Where a model is: `'nano'` (bundled), the URL of a pipeline folder, `{ repo, revision? }` on a hub, the files of a
 * folder that the user chose, or a folder of your own.
 */
export type ModelSource =
  | 'nano'
  | URL
  | readonly File[]
  | { readonly repo: string; readonly revision?: string; readonly host?: string }
  | ModelFolder;

/** Options of {@link Editor.load}. */
export interface LoadOptions extends SessionOptions {
  /** Fine-tuned weights of the UNet to begin with, as for {@link Editor.customize}. */
  readonly unet?: Blob | URL | undefined;
}

/** A finished edit. */
export interface EditResult {
  /** The edited video: mp4, H.264 where the browser can, with the source's sound and timing. */
  readonly video: Blob;
  readonly plan: EditPlan;
  /** Frames that were edited. */
  readonly frames: number;
  /** Wall time, and how much of it the GPU was working, in seconds. */
  readonly seconds: number;
  readonly gpuSeconds: number;
  /**
   * Most bytes of GPU buffers that were alive at once: those of the plan, and what reading frames and prompt and
   * copying back took for a while.
   */
  readonly peakBytes: number;
}

/** Edits videos with one model on one device. One edit at a time; dispose of it when done. */
export class Editor {
  readonly #session: Session;
  readonly #files: ModelFiles;
  readonly #disposal = new AbortController();
  #busy = false;

  private constructor(session: Session, files: ModelFiles) {
    this.#session = session;
    this.#files = files;
  }

  /**
   * Opens a GPU and loads a model onto it. Throws `UnsupportedError` where there is no WebGPU, `WeightsError`,
   * `NotFoundError` or `DownloadError` where the model can't be had, or the signal's reason.
   */
  static async load(model: ModelSource = 'nano', options: LoadOptions = {}): Promise<Editor> {
    const { unet, ...rest } = options;
    const own = await readModelFiles(await folderOf(model), { signal: rest.signal });
    const files = { ...own, unet: await weightsSource(unet) };
    return new Editor(await Session.open(files, rest), files);
  }

  /** The adapter in words, e.g. for a status line. */
  get device(): string {
    return this.#session.engine.gpu.describe();
  }

  /**
   * Edits `source` and gives a video file. Throws TypeError and RangeError for options, MediaError for sources that can't
   * be read or written, `OutOfMemoryError`, `DeviceLostError` where the device can't be kept, or the signal's reason.
   */
  async edit(source: VideoSource, options: EditOptions): Promise<EditResult> {
    return this.#exclusively(async () => {
      const started = performance.now();
      this.#session.startAccount();
      const job = await this.#prepare(source, options);
      try {
        const { video, frames } = await writeFile(job);
        const { busyMs, peakBytes } = this.#session.usage;
        const seconds = (performance.now() - started) / 1000;
        return { video, plan: job.plan!, frames, seconds, gpuSeconds: busyMs / 1000, peakBytes };
      } finally {
        await closeJob(job);
      }
    });
  }

  /** Edits `source` and gives the frames as they come, I420 at the written size; `edit` without file around it. */
  async *frames(
    source: VideoSource,
    options: EditOptions,
  ): AsyncGenerator<EditedVideoFrame, void, undefined> {
    this.#enter();
    let job: PreparedEdit | undefined;
    try {
      job = await this.#prepare(source, options);
      const { width, height } = job.shape.output;
      for await (const frame of editFrames(job))
        yield { ...frame, width, height, timescale: job.source.timescale };
    } finally {
      if (job) await closeJob(job);
      this.#leave();
    }
  }

  /**
   * Measures how well `result`, made of `source` by an edit with these `options`, obeys them. Throws RangeError where the
   * two have different numbers of frames, else as `edit`.
   */
  async evaluate(source: VideoSource, result: VideoSource, options: EditOptions): Promise<Quality> {
    return this.#exclusively(async () => {
      const { depth: _, ...judged } = options;
      const job = await this.#prepare(source, judged);
      const { session, signal } = job;
      let made: FrameSource | undefined;
      try {
        made = await openSource(result, { start: 0, duration: undefined, fps: 'source' }, signal);
        const { working } = job.shape;
        return await measureQuality({ ...job, session, result: made, working });
      } finally {
        await closeJob(job);
        await made?.close?.();
      }
    });
  }

  /**
   * Lays fine-tuned weights over the UNet's own: a safetensors file with all of its tensors or some, named as in the
   * checkpoint; undefined goes back to the model's own. Throws `WeightsError` for a file that is damaged or holds a
   * foreign tensor or another shape, `NotFoundError` or `DownloadError`, or the signal's reason; what was there is kept
   * then. The old weights stay on the GPU until the new ones are there.
   */
  async customize(unet: Blob | URL | undefined, options: ModelOptions = {}): Promise<void> {
    return this.#exclusively(async () => {
      const signal = this.#signal(options.signal);
      signal.throwIfAborted();
      await this.#session.customize(await weightsSource(unet), { ...options, signal });
    });
  }

  async #prepare(source: VideoSource, options: EditOptions): Promise<PreparedEdit> {
    const signal = this.#signal(options.signal);
    signal.throwIfAborted();
    const { gpu, model } = this.#session.engine;
    const resolved = resolveOptions(options, this.#files.defaults, gpu.software);
    const frames = await openSource(source, resolved, signal);
    const depth = resolved.depth && (await closingOnError(frames, openDepth(resolved.depth, signal)));
    const job: PreparedEdit = {
      session: this.#session,
      source: frames,
      depth,
      options: resolved,
      shape: editShape(frames.display, resolved, model.unet.config.trainFrames),
      signal,
      onProgress: (event) => {
        if (event.phase === 'plan') job.plan = event.plan;
        options.onProgress?.(event);
      },
      plan: undefined,
    };
    return job;
  }

  /** Ends a call when its caller or `dispose` says so. */
  #signal(signal: AbortSignal | undefined): AbortSignal {
    return AbortSignal.any(signal ? [signal, this.#disposal.signal] : [this.#disposal.signal]);
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #enter(): void {
    if (this.#busy)
      throw new Error('This editor is at work. Await its edit, abort it, or load a second editor.');
    this.#busy = true;
  }

  #leave(): void {
    this.#session.release();
    this.#busy = false;
  }

  /** Frees the model and, unless the caller brought it, the device. An edit that is at work rejects. */
  dispose(): void {
    this.#disposal.abort(new Error('This editor has been disposed of. Load a new one with Editor.load().'));
    this.#session.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** An edit that is ready to run. */
interface PreparedEdit extends EditJob {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Once it has been announced. */
  plan: EditPlan | undefined;
}

/** Lets go of sources that were not read to their end. */
async function closeJob({ source, depth }: EditJob): Promise<void> {
  await source.close?.();
  await depth?.close?.();
}

/** `opening`; where it fails, `source` is closed. */
async function closingOnError<T>(source: FrameSource, opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    await source.close?.();
    throw error;
  }
}

/** A frame as {@link Editor.frames} gives it: make a VideoFrame of it, or write it anywhere. */
export interface EditedVideoFrame extends EditedFrame {
  readonly width: number;
  readonly height: number;
  /** Ticks per second of `time` and `duration`. */
  readonly timescale: number;
}

/** Runs an edit into a video file. */
async function writeFile(job: PreparedEdit): Promise<{ readonly video: Blob; readonly frames: number }> {
  const { source, shape, signal } = job;
  let frames = 0;
  const counted = async function* (): AsyncGenerator<EncoderFrame, void, undefined> {
    for await (const { data, time, duration } of editFrames(job)) {
      frames += 1;
      yield { data, time, duration };
    }
  };
  const { timescale, movie } = source;
  const fps = framesPerSecond(source);
  const encoded = await encode(counted(), { ...shape.output, timescale, fps, signal });
  job.onProgress({ phase: 'write', done: 0, total: 1, fraction: 1, remaining: 0 });
  const part = movie && { start: movie.picked.start, end: movie.picked.end };
  const video = await mux(encoded, movie && part ? { source: movie.movie, part } : {});
  signal.throwIfAborted();
  return { video, frames };
}

async function folderOf(model: ModelSource): Promise<ModelFolder> {
  if (model === 'nano') return mappedFolder('nano', (path) => NANO_FILES[path]?.href);
  if (model instanceof URL) return urlFolder(model.href, { cache: await openModelCache() });
  if ('repo' in model) {
    const { repo, ...options } = model;
    return hubFolder(repo, { ...options, cache: await openModelCache() });
  }
  return isFiles(model) ? filesFolder(model) : model;
}

async function weightsSource(unet: Blob | URL | undefined): Promise<ByteSource | undefined> {
  if (unet === undefined) return undefined;
  if (unet instanceof Blob) return blobSource(unet);
  if (!(unet instanceof URL)) {
    throw new TypeError(`Fine-tuned weights are a Blob or a URL, got ${String(unet)}.`);
  }
  const source = urlSource(unet.href);
  const cache = await openModelCache();
  return cache ? cachedSource(source, cache) : source;
}

function isFiles(model: readonly File[] | ModelFolder): model is readonly File[] {
  return Array.isArray(model);
}

/** For the encoder's level and bitrate: the clip's mean frame rate, at least 1. */
function framesPerSecond({ frames, timescale, end }: FrameSource): number {
  const first = frames?.[0]?.time ?? 0;
  const seconds = (end - first) / timescale;
  return frames && seconds > 0 ? Math.max(1, Math.ceil(frames.length / seconds)) : 30;
}
