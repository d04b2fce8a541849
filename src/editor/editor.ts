// The public use case: load a model once, edit videos with it.

import { encode, type EncoderFrame, mux } from '../codec/index.ts';
import type { GpuOptions } from '../gpu/index.ts';
import { openModelCache } from '../net/cache.ts';
import { filesFolder, hubFolder, mappedFolder, type ModelFolder, urlFolder } from '../net/folder.ts';
import { NANO_FILES } from '../../weights/nano.js';
import { editFrames, type EditedFrame, type EditJob } from './edit.ts';
import { type ModelOptions, readModelFiles, type ModelFiles } from './model.ts';
import { type EditOptions, resolveOptions } from './options.ts';
import type { EditPlan } from './plan.ts';
import { editShape } from './plan_edit.ts';
import { Session } from './session.ts';
import { fileSource, type FrameIterable, type FrameSource, iterableSource } from './source.ts';

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
export interface LoadOptions extends ModelOptions, GpuOptions {}

/** What to edit: a video file, or frames. */
export type VideoSource = Blob | FrameIterable;

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
  /** Most bytes of GPU buffers that were alive at once. */
  readonly peakBytes: number;
}

/** Edits videos with one model on one device. One edit at a time; dispose of it when done. */
export class Editor {
  readonly #session: Session;
  readonly #files: ModelFiles;
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
    const { signal, onProgress, ...gpuOptions } = options;
    const files = await readModelFiles(await folderOf(model), { signal });
    return new Editor(await Session.open(files, gpuOptions, { signal, onProgress }), files);
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
      const { job, plan } = await this.#prepare(source, options);
      const { gpu } = this.#session.engine;
      const busyBefore = gpu.busyMs;
      const { output } = job.shape;
      const { timescale, movie } = job.source;
      let frames = 0;
      const counted = async function* (): AsyncGenerator<EncoderFrame, void, undefined> {
        for await (const { data, time, duration } of editFrames(job)) {
          frames += 1;
          yield { data, time, duration };
        }
      };
      const fps = framesPerSecond(job.source);
      const { signal } = options;
      const encoded = await encode(counted(), { ...output, timescale, fps, ...(signal && { signal }) });
      const part = movie && { start: movie.picked.start, end: movie.picked.end };
      const video = await mux(encoded, movie && part ? { source: movie.movie, part } : {});
      signal?.throwIfAborted();
      return {
        video,
        plan: plan()!,
        frames,
        seconds: (performance.now() - started) / 1000,
        gpuSeconds: (this.#session.engine.gpu.busyMs - busyBefore) / 1000,
        peakBytes: this.#session.engine.gpu.peakBytes,
      };
    });
  }

  /** Edits `source` and gives the frames as they come, I420 at the written size; `edit` without file around it. */
  async *frames(
    source: VideoSource,
    options: EditOptions,
  ): AsyncGenerator<EditedVideoFrame, void, undefined> {
    this.#enter();
    try {
      const { job } = await this.#prepare(source, options);
      const { width, height } = job.shape.output;
      for await (const frame of editFrames(job))
        yield { ...frame, width, height, timescale: job.source.timescale };
    } finally {
      await this.#leave();
    }
  }

  async #prepare(
    source: VideoSource,
    options: EditOptions,
  ): Promise<{ job: EditJob; plan: () => EditPlan | undefined }> {
    const { signal, onProgress } = options;
    signal?.throwIfAborted();
    const { gpu, model } = this.#session.engine;
    const resolved = resolveOptions(options, this.#files.defaults, gpu.software);
    const frames =
      source instanceof Blob
        ? await fileSource(source, resolved, signal)
        : await iterableSource(source, resolved.fps);
    const shape = editShape(frames.display, resolved, model.unet.config.trainFrames);
    let plan: EditPlan | undefined;
    const job: EditJob = {
      session: this.#session,
      source: frames,
      options: resolved,
      shape,
      signal,
      onProgress: (event) => {
        if (event.phase === 'plan') plan = event.plan;
        onProgress?.(event);
      },
    };
    return { job, plan: () => plan };
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    this.#enter();
    try {
      return await work();
    } finally {
      await this.#leave();
    }
  }

  #enter(): void {
    if (this.#busy)
      throw new Error('This editor is at work. Await its edit, abort it, or load a second editor.');
    this.#busy = true;
  }

  async #leave(): Promise<void> {
    this.#busy = false;
    await this.#session.release();
  }

  /** Frees the model and, unless the caller brought it, the device. */
  dispose(): void {
    this.#session.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** A frame as {@link Editor.frames} gives it: make a VideoFrame of it, or write it anywhere. */
export interface EditedVideoFrame extends EditedFrame {
  readonly width: number;
  readonly height: number;
  /** Ticks per second of `time` and `duration`. */
  readonly timescale: number;
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

function isFiles(model: readonly File[] | ModelFolder): model is readonly File[] {
  return Array.isArray(model);
}

/** For the encoder's level and bitrate: the clip's mean frame rate, at least 1. */
function framesPerSecond({ frames, timescale, end }: FrameSource): number {
  const first = frames?.[0]?.time ?? 0;
  const seconds = (end - first) / timescale;
  return frames && seconds > 0 ? Math.max(1, Math.ceil(frames.length / seconds)) : 30;
}
