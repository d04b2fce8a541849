// What an edit is made of, and the frames that come out of it.

import type { ResolvedOptions } from '../ask/options.ts';
import type { OnProgress } from '../ask/progress.ts';
import type { KeptRun } from '../denoise/kept.ts';
import type { Painted } from '../mask/pictures.ts';
import type { Mask } from '../mask/shapes.ts';
import type { Session } from '../model/session.ts';
import type { FrameSource, FrameTime } from '../source/source.ts';
import type { DepthPixels } from '../structure/depth_pass.ts';
import type { EditShape } from './plan_edit.ts';

/** What is left of a frame that an edit has finished: enough to draw it anew. */
export interface DrawnFrame extends FrameTime {
  /** Clean latents `[h/16, w/16, c]`. */
  readonly latents: Float32Array;
  readonly mask: Mask | undefined;
}

/** An edited frame. Times in ticks of the source's timescale. */
export interface EditedFrame extends FrameTime {
  readonly index: number;
  /** I420, BT.709, limited range, tightly packed, at the written size. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** What an edit is made of. */
export interface EditJob {
  readonly session: Session;
  readonly source: FrameSource;
  /** Taken as the source's structure; undefined: it is estimated. */
  readonly depth?: FrameSource<DepthPixels> | undefined;
  readonly options: ResolvedOptions;
  readonly shape: EditShape;
  /** Of `options.mask`, read; and the frames that it is carried through, if others than the source's. */
  readonly painted?: readonly Painted[] | undefined;
  readonly carry?: FrameSource | undefined;
  /** Takes what the edit keeps of its steps; default nothing is kept. */
  readonly kept?: KeptRun | undefined;
  /** Told of every finished frame, in order. */
  readonly onDrawn?: ((frame: DrawnFrame) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}
