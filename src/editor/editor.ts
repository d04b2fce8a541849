// The public use case: load a model once, edit videos with it.

import { mixFrames } from './after/mix.ts';
import { measureQuality, type Quality } from './after/quality.ts';
import { checkRescale, redraw, type FinishedEdit } from './after/redraw.ts';
import { sweepGrid, type SweepGrid, type SweepHooks, type SweepPoint } from './after/sweep.ts';
import type { MaskOptions } from './ask/mask.ts';
import {
  checkedGuidance,
  checkedUpscale,
  type EditOptions,
  type MixOptions,
  type RescaleOptions,
  type Upscale,
} from './ask/options.ts';
import { KeptRun } from './denoise/kept.ts';
import { type ModelOptions, readModelFiles } from './model/model.ts';
import { folderOf, type ModelSource, weightsSource } from './model/model_source.ts';
import { Session, type SessionOptions } from './model/session.ts';
import { editFrames } from './run/edit.ts';
import type { DrawnFrame, EditJob } from './run/edit_job.ts';
import type { EditedVideoFrame, EditResult } from './run/edit_result.ts';
import {
  type ClipOptions,
  type ClipPictures,
  lookAtDepths,
  lookAtMask,
  type MaskLookOptions,
} from './run/looks.ts';
import { closeJob, prepareEdit, type PreparedEdit } from './run/prepare_edit.ts';
import { warmUp } from './run/warm_up.ts';
import { writeVideo, type WrittenVideo } from './run/write_video.ts';
import { type FrameSource, openSource, type VideoSource } from './source/source.ts';

/** Options of {@link Editor.load}. */
export interface LoadOptions extends SessionOptions {
  /** Fine-tuned weights of the UNet to begin with, as for {@link Editor.customize}. */
  readonly unet?: Blob | URL | undefined;
  /** How edits are going to be scaled up: its kernels compile while the weights come; an edit may still ask for another. */
  readonly upscale?: Upscale | undefined;
}

/** Edits videos with one model on one device. One edit at a time; dispose of it when done. */
export class Editor {
  readonly #session: Session;
  readonly #disposal = new AbortController();
  /** What is left of each edit as long as its result is held. */
  readonly #finished = new WeakMap<EditResult, FinishedEdit>();
  #busy = false;

  private constructor(session: Session) {
    this.#session = session;
  }

  /**
   * Opens a GPU and loads a model onto it. Throws `UnsupportedError` where there is no WebGPU, `WeightsError`,
   * `NotFoundError` or `DownloadError` where the model can't be had, or the signal's reason.
   */
  static async load(model: ModelSource = 'nano', options: LoadOptions = {}): Promise<Editor> {
    const { unet, upscale, ...rest } = options;
    if (upscale !== undefined) checkedUpscale(upscale);
    const own = await readModelFiles(await folderOf(model), { signal: rest.signal });
    const files = { ...own, unet: await weightsSource(unet) };
    return new Editor(await Session.open(files, rest, (engine) => warmUp(engine, upscale)));
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
      this.#session.account.start();
      const job = await this.#prepare(source, options);
      const drawn: DrawnFrame[] = [];
      try {
        const onDrawn = (frame: DrawnFrame) => drawn.push(frame);
        const kept = job.options.keepPredictions ? new KeptRun() : undefined;
        const written = await writeVideo(job, editFrames({ ...job, kept, onDrawn }));
        return this.#result(started, written, { job, drawn, kept }, false);
      } finally {
        await closeJob(job);
      }
    });
  }

  /**
   * The video of `result`, an edit of this editor, scaled up another way: drawn anew from its latents, without
   * denoising. Throws TypeError for a result of another editor, and where the source's frames came once and were not kept
   * (give the edit `upscale: 'guided'` or a mask); else as `edit`.
   */
  async rescale(result: EditResult, upscale: Upscale, options: RescaleOptions = {}): Promise<Blob> {
    return this.#exclusively(async () => {
      const finished = this.#finished.get(result);
      if (!finished)
        throw new TypeError('This result is of another editor, or a copy: give what edit() gave.');
      checkedUpscale(upscale);
      checkRescale(finished.job, upscale);
      const { signal, onProgress } = options;
      const job = { ...finished.job, signal: this.#signal(signal), onProgress };
      return (await writeVideo(job, redraw(job, finished.drawn, upscale))).video;
    });
  }

  /**
   * The mask that an edit with these options would have on every frame: painted strokes carried through the clip. Throws
   * TypeError and RangeError for masks that are none, that lie outside, or that leave nothing to edit; else as `edit`.
   */
  async mask(source: VideoSource, options: MaskLookOptions): Promise<ClipPictures> {
    return this.#look(source, options, lookAtMask);
  }

  /** The depth that an edit would take its structure from, of every frame; 255 is nearest. Throws as `edit`. */
  async depthMaps(source: VideoSource, options: ClipOptions = {}): Promise<ClipPictures> {
    return this.#look(source, options, lookAtDepths);
  }

  #look(
    source: VideoSource,
    options: ClipOptions & { readonly mask?: MaskOptions },
    look: (job: EditJob) => Promise<ClipPictures>,
  ): Promise<ClipPictures> {
    return this.#exclusively(async () => {
      const job = await this.#prepare(source, { ...options, prompt: 'none: nothing is made' });
      try {
        return await look(job);
      } finally {
        await closeJob(job);
      }
    });
  }

  /**
   * `result`, an edit with `keepPredictions`, with its guidance moved: the kept predictions of each step are weighted anew
   * (eq. 8) and no network runs but the autoencoder; where the image model's predictions are needed and were not made
   * (ω_t was 1), they are made up once. An approximation, except for the weights that the edit had. Throws TypeError for
   * a result that keeps nothing, is a copy, or is another editor's, RangeError for numbers out of range, `WeightsError`
   * where predictions are to be made up after `customize` laid on other weights, else as `edit`.
   */
  async mix(result: EditResult, options: MixOptions = {}): Promise<EditResult> {
    return this.#exclusively(async () => {
      const started = performance.now();
      const finished = this.#finished.get(result);
      if (!finished?.kept) {
        throw new TypeError(
          'Only a result that this editor made with options.keepPredictions can be mixed; give the object itself, no copy.',
        );
      }
      const { kept } = finished;
      const moved = checkedGuidance(options, finished.job.options);
      this.#session.account.start();
      const job: PreparedEdit = {
        ...finished.job,
        options: { ...finished.job.options, ...moved },
        plan: { ...finished.job.plan!, ...moved },
        signal: this.#signal(options.signal),
        onProgress: (event) => options.onProgress?.(event),
      };
      const drawn: DrawnFrame[] = [];
      const onDrawn = (frame: DrawnFrame) => drawn.push(frame);
      const written = await writeVideo(job, mixFrames({ ...job, onDrawn }, kept, finished.drawn));
      const approximate = moved.guidance !== kept.guidance || moved.temporal !== kept.temporal;
      return this.#result(started, written, { job, drawn, kept }, approximate);
    });
  }

  #result(
    started: number,
    { video, frames }: WrittenVideo,
    finished: FinishedEdit,
    approximate: boolean,
  ): EditResult {
    const { busyMs, compileMs, codecMs, peakBytes } = this.#session.account.usage;
    const times = {
      seconds: (performance.now() - started) / 1000,
      gpuSeconds: busyMs / 1000,
      compileSeconds: compileMs / 1000,
      codecSeconds: codecMs / 1000,
    };
    const kept = finished.kept && { kept: { bytes: finished.kept.bytes } };
    const plan = finished.job.plan!;
    const result = { video, plan, frames, ...times, peakBytes, approximate, ...kept };
    this.#finished.set(result, finished);
    return result;
  }

  /** Edits `source` and gives the frames as they come, I420 at the written size; `edit` without file around it. */
  async *frames(
    source: VideoSource,
    options: EditOptions,
  ): AsyncGenerator<EditedVideoFrame, void, undefined> {
    this.#enter();
    let job: PreparedEdit | undefined;
    try {
      job = await this.#prepare(source, { ...options, keepPredictions: false });
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
      const { depth: _depth, mask: _mask, ...judged } = options;
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
   * Edits and measures `source` at every point of `grid`: what ω_t and t_s do to this clip. `sweepCsv` writes the points
   * down. Throws TypeError for a source that is no file, RangeError for an empty grid, else as `edit` and `evaluate`.
   */
  async sweep(
    source: Blob,
    options: EditOptions,
    grid: SweepGrid,
    hooks: SweepHooks = {},
  ): Promise<SweepPoint[]> {
    return sweepGrid(this, source, options, grid, hooks);
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

  /** Ready to run; only `options.signal` and `dispose` end it. */
  #prepare(source: VideoSource, options: EditOptions): Promise<PreparedEdit> {
    return prepareEdit(this.#session, source, options, this.#signal(options.signal));
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
