// The part of the picture that an edit may change, window by window: masks of its frames, and the latents of the
// source's own frames that take the place of all else after every step.

import type { FrameWindow } from '../../sampler/index.ts';
import type { Size } from '../ask/geometry.ts';
import type { LatentRegion } from '../denoise/denoiser.ts';
import { joined, sourceLatents } from '../draw/latents.ts';
import type { ClipMask } from '../mask/clip_mask.ts';
import { latentMask, type Mask } from '../mask/shapes.ts';
import type { Session } from '../model/session.ts';
import type { SourceFrame } from '../source/source.ts';

/** The source's side of one window. */
export interface WindowRegion {
  /** Masks of the frames that the window finishes, at the working size. */
  readonly masks: readonly Mask[];
  readonly latents: LatentRegion;
}

/** Makes the regions of windows one after another; what two windows share is encoded once. */
export class RegionMaker {
  readonly #latents = new Map<number, Float32Array>();

  constructor(
    private readonly session: Session,
    private readonly mask: ClipMask,
    private readonly working: Size,
  ) {}

  /** `frames` are those that `window` finishes, `maps` the depth of all its frames. */
  async of(
    window: FrameWindow,
    frames: readonly SourceFrame[],
    maps: readonly Float32Array[],
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<WindowRegion> {
    const { working } = this;
    for (const index of this.#latents.keys()) if (index < window.frames[0]!) this.#latents.delete(index);
    for (const frame of frames) {
      this.#latents.set(
        frame.index,
        await this.session.run((engine) => sourceLatents(engine, frame, working, options.signal), options),
      );
    }
    const { downscale } = this.session.engine.model.vae;
    const masks = this.mask.of(window.frames, maps);
    return {
      masks: masks.slice(window.held, window.end),
      latents: {
        source: joined(window.frames.map((index) => this.#latents.get(index)!)),
        mask: joined(masks.map((mask) => latentMask(mask, working, downscale))),
      },
    };
  }
}
