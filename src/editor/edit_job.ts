// What an edit is made of, and the frames that come out of it.

import type { DepthPixels } from './depth_pass.ts';
import type { KeptRun } from './kept.ts';
import type { Mask } from './mask_shapes.ts';
import type { Painted } from './mask_pictures.ts';
import type { ResolvedOptions } from './options.ts';
import type { EditShape } from './plan_edit.ts';
import type { OnProgress } from './progress.ts';
import type { Session } from './session.ts';
import type { FrameSource, FrameTime } from './source.ts';

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
