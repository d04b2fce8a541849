// What an edit takes from the source's own frames beside their structure, window by window: the region that may change,
// and what finishes the pictures. Undefined for edits that need neither: those read their source for depth alone.

import type { FrameWindow } from '../../sampler/index.ts';
import type { LatentRegion } from '../denoise/denoiser.ts';
import { type Finishing, type FinishInput, finishing } from '../draw/finish.ts';
import { checkMasks, type ClipMask, clipMask } from '../mask/clip_mask.ts';
import { type Mask, selectsAny } from '../mask/shapes.ts';
import { FrameReader } from '../source/reread.ts';
import type { FrameTime } from '../source/source.ts';
import type { DepthRange } from '../structure/structure.ts';
import type { EditJob } from './edit_job.ts';
import { RegionMaker } from './region.ts';

/** The source's side of one window. */
export interface WindowSource {
  readonly region: LatentRegion | undefined;
  readonly finish: (Finishing & { readonly inputs: readonly FinishInput[] }) | undefined;
  /** Masks of the frames that the window finishes. */
  readonly masks: readonly Mask[] | undefined;
}

/** What is known of a clip once its depth was seen. */
export interface SeenClip {
  readonly frames: readonly FrameTime[];
  readonly range: DepthRange;
  /** Depth of all frames, where it is there already. */
  readonly known?: readonly Float32Array[] | undefined;
}

/** Reads the source a second time, in step with the windows. */
export class SourceSide {
  readonly #reader: FrameReader;
  #selected = false;

  private constructor(
    private readonly job: EditJob,
    private readonly count: number,
    private readonly finish: Finishing | undefined,
    private readonly regions: RegionMaker | undefined,
  ) {
    this.#reader = new FrameReader(job.source, job.signal);
  }

  /**
   * The source's side of `job`; undefined where it is not needed. Carries a painted mask through the clip, and tells
   * `onMask` how far. Throws RangeError for masks that leave nothing to edit.
   */
  static async open(
    job: EditJob,
    clip: SeenClip,
    onMask: (done: number, total: number) => void,
  ): Promise<SourceSide | undefined> {
    const { session, options, shape } = job;
    const finish = finishing(options, shape);
    if (!options.mask) return finish && new SourceSide(job, clip.frames.length, finish, undefined);
    const mask = await maskOf(job, clip, onMask);
    const regions = new RegionMaker(session, mask, shape.working);
    return new SourceSide(job, clip.frames.length, finish, regions);
  }

  /** The side of the next window; `maps` are the depth of its frames. */
  async window(window: FrameWindow, maps: readonly Float32Array[]): Promise<WindowSource> {
    const { finish, regions } = this;
    const frames = await this.#reader.take(window.frames.slice(window.held, window.end));
    const region = await regions?.of(window, frames, maps, this.job);
    this.#selected ||= region?.masks.some(selectsAny) ?? true;
    if (!this.#selected && window.frames[window.end - 1] === this.count - 1) checkMasks(region!.masks);
    const inputs = frames.map((frame, i) => ({
      frame,
      mask: finish?.paste ? region!.masks[i] : undefined,
    }));
    return { region: region?.latents, finish: finish && { ...finish, inputs }, masks: region?.masks };
  }

  /** Stops reading. */
  async close(): Promise<void> {
    await this.#reader.close();
  }
}

/**
 * The masks of a job's frames. Throws RangeError where all of them are empty; for a range of depth in a clip of which the
 * first look has left out frames that shows only as it goes.
 */
export async function maskOf(
  job: EditJob,
  clip: SeenClip,
  onMask: (done: number, total: number) => void,
): Promise<ClipMask> {
  const { session, source, options, shape, painted, carry, signal, onProgress } = job;
  const mask = await clipMask(options.mask!, painted, {
    ...clip,
    ...{ session, source: carry ?? source, size: shape.working, timescale: source.timescale },
    ...{ signal, onProgress, onFrame: onMask },
  });
  const maps = 'depth' in options.mask!.region ? clip.known : [];
  if (maps) checkMasks(mask.of([...clip.frames.keys()], maps));
  return mask;
}
