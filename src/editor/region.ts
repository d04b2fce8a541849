// The part of the picture that an edit may change, window by window: masks of its frames, and the latents of the
// source's own frames that take the place of all else after every step.

import type { FrameWindow } from '../sampler/index.ts';
import type { Program } from '../gpu/index.ts';
import { affine } from '../kernels/affine.ts';
import type { LatentRegion } from './denoiser.ts';
import type { Engine } from './engine.ts';
import type { Size } from './geometry.ts';
import { ingest } from './ingest.ts';
import type { ClipMask } from './mask_clip.ts';
import { latentMask, type Mask } from './mask_shapes.ts';
import type { Session } from './session.ts';
import type { SourceFrame } from './source.ts';

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

/** One frame to latents: reads the frame from memory of its own, output `latents` `[1, h/16, w/16, c]`. */
export function encodeProgram(engine: Engine, { width, height }: Size): Program {
  const { vae } = engine.model;
  return engine.program(`encode ${width}x${height}`, (rec) => {
    const { scalingFactor, shiftFactor } = vae.config;
    const picture = affine(rec, rec.input('rgb', [1, height, width, 3], rec.precision), {
      scale: 2,
      shift: -1,
    });
    const shift = -shiftFactor * scalingFactor;
    rec.output(
      'latents',
      affine(rec, vae.encode(rec, picture), { scale: scalingFactor, shift, dtype: 'f32' }),
    );
  });
}

async function sourceLatents(
  engine: Engine,
  { pixels }: SourceFrame,
  working: Size,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const rgb = await (await ingest(engine, pixels, working)).read('rgb');
  const program = encodeProgram(engine, working);
  program.write('rgb', rgb);
  await program.run({ signal });
  return (await program.read('latents')) as Float32Array;
}

/** Arrays one after another. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
