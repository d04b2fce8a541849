// What an edit gives.

import type { EditPlan } from '../ask/plan.ts';
import type { EditedFrame } from './edit_job.ts';

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
  /** How long the GPU stood idle until kernels were compiled, and for codecs; what is left is the engine's own. */
  readonly compileSeconds: number;
  readonly codecSeconds: number;
  /**
   * Most bytes of GPU buffers that were alive at once: those of the plan, and what reading frames and prompt and
   * copying back took for a while.
   */
  readonly peakBytes: number;
  /** True for what `Editor.mix` made with other weights than the edit's own: a full edit may look otherwise. */
  readonly approximate: boolean;
  /** With `keepPredictions`: what is kept for `Editor.mix`, as long as the result is held. */
  readonly kept?: { readonly bytes: number };
}

/** A frame as `Editor.frames` gives it: make a VideoFrame of it, or write it anywhere. */
export interface EditedVideoFrame extends EditedFrame {
  readonly width: number;
  readonly height: number;
  /** Ticks per second of `time` and `duration`. */
  readonly timescale: number;
}
