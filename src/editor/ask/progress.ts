// What a long call tells while it runs, and how long it expects to take.

import type { EditPlan } from './plan.ts';

/** Stages of an edit, in the order in which they begin. */
export type EditPhase =
  'tune' | 'compile' | 'depth' | 'mask' | 'content' | 'structure' | 'denoise' | 'decode' | 'write';

/** A file of the model is being fetched. `totalBytes` is missing where the server does not say. */
export interface DownloadEvent {
  readonly phase: 'download';
  readonly file: string;
  readonly loadedBytes: number;
  readonly totalBytes?: number;
}

/** What will be done and how long it should take: sent once, before the work starts. */
export interface PlanEvent {
  readonly phase: 'plan';
  readonly plan: EditPlan;
}

/** Work is being done. */
export interface WorkEvent {
  readonly phase: EditPhase;
  /** Units of this phase done and in all: frames, or denoising steps of all windows. */
  readonly done: number;
  readonly total: number;
  /** Share of the whole edit's work that is done, 0 to 1. */
  readonly fraction: number;
  /** Seconds until the end, from the work done so far. */
  readonly remaining: number;
  /** While denoising: a small picture of each frame as it stands. Computed only when called. */
  readonly preview?: () => LatentPreview;
}

/** The device was lost: it is being rebuilt and the edit goes on from its last finished step. */
export interface RecoveryEvent {
  readonly phase: 'recover';
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  readonly reason: string;
}

/** A linear guess of the frames from the latents: RGBA of `frames` pictures of `width` x `height`, one after another. */
export interface LatentPreview {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  /** With `options.previewEvery`: one of the edit's frames as the autoencoder decodes it, RGBA at the working size. */
  readonly decoded?: {
    /** Which of the edited frames. */
    readonly index: number;
    readonly width: number;
    readonly height: number;
    readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  };
}

/** Everything that `onProgress` may be told. */
export type ProgressEvent = DownloadEvent | PlanEvent | WorkEvent | RecoveryEvent;

/** Watches a long call. Errors thrown by it end the call. */
export type OnProgress = (event: ProgressEvent) => void;

/** Turns work done into fraction and remaining time. Work is in any unit, e.g. floating point operations. */
export class ProgressMeter {
  #done = 0;
  #start = performance.now();
  #last = this.#start;

  constructor(
    readonly total: number,
    /** Seconds that the plan expects, for the time before anything is measured. */
    readonly estimate: number,
  ) {}

  /** Counts `work` as done. Time that was spent on nothing that the total counts says nothing of the time left. */
  advance(work: number): void {
    const now = performance.now();
    if (work === 0) this.#start += now - this.#last;
    this.#last = now;
    this.#done = Math.min(this.total, this.#done + work);
  }

  get fraction(): number {
    return this.total > 0 ? this.#done / this.total : 1;
  }

  /** Seconds left: the estimate at first, what was measured later, in proportion to the share that is done. */
  get remaining(): number {
    const { fraction } = this;
    const elapsed = (performance.now() - this.#start) / 1000;
    if (fraction === 0) return Math.max(0, this.estimate - elapsed);
    const measured = (elapsed * (1 - fraction)) / fraction;
    const planned = this.estimate * (1 - fraction);
    const trust = Math.min(1, fraction * 4);
    return trust * measured + (1 - trust) * planned;
  }
}
