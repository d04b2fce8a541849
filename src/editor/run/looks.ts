// What an edit will see, to be shown before it: the carried mask of every frame, and the depth of every frame.

import type { Size } from '../ask/geometry.ts';
import type { MaskOptions } from '../ask/mask.ts';
import type { EditOptions } from '../ask/options.ts';
import { checkMasks } from '../mask/clip_mask.ts';
import type { FrameTime } from '../source/source.ts';
import { ClipDepth } from '../structure/clip_depth.ts';
import { DepthEstimator } from '../structure/depth.ts';
import type { EditJob } from './edit_job.ts';
import { maskOf } from './source_side.ts';

/** Which frames are looked at, and how: as for an edit. */
export type ClipOptions = Pick<EditOptions, 'start' | 'duration' | 'fps' | 'size' | 'signal' | 'onProgress'>;

/** Options of `Editor.mask`. */
export interface MaskLookOptions extends ClipOptions {
  readonly mask: MaskOptions;
}

/** One picture of 8 bits a pixel for each frame, of one size that has about the frames' aspect. */
export interface ClipPictures extends Size {
  readonly frames: readonly {
    /** Seconds in the source. */
    readonly time: number;
    /** `width * height` bytes. */
    readonly pixels: Uint8Array<ArrayBuffer>;
  }[];
}

/** Masks of the frames of `job`, 255 where the edit shows. Throws as `maskOf`, or the signal's reason. */
export async function lookAtMask(job: EditJob): Promise<ClipPictures> {
  const { options, source } = job;
  const clip = 'depth' in options.mask!.region ? await lookAtDepth(job) : undefined;
  const frames = clip?.frames ?? source.frames ?? (await timesOf(job));
  const range = clip?.range ?? { min: 0, max: 1 };
  try {
    const seen = { frames, range, known: clip?.known };
    const mask = await maskOf(job, seen, (done, total) => tell(job, 'mask', done, total));
    const pictures: Uint8Array<ArrayBuffer>[] = [];
    for (const index of frames.keys()) {
      pictures.push(...mask.of([index], clip ? await clip.maps([index]) : []));
    }
    checkMasks(pictures);
    return pictured(job, frames, pictures);
  } finally {
    await clip?.close();
  }
}

/** Depth of the frames of `job`, over the clip's range: 255 is nearest. */
export async function lookAtDepths(job: EditJob): Promise<ClipPictures> {
  const clip = await lookAtDepth(job);
  try {
    const { min, max } = clip.range;
    const pictures: Uint8Array<ArrayBuffer>[] = [];
    for (const index of clip.frames.keys()) {
      const [map] = await clip.maps([index]);
      pictures.push(
        Uint8Array.from(map!, (value) => {
          const depth = (value - min) / (max - min + 1e-6);
          return 255 * Math.min(Math.max(depth, 0), 1) + 0.5;
        }),
      );
    }
    return pictured(job, clip.frames, pictures);
  } finally {
    await clip.close();
  }
}

function lookAtDepth(job: EditJob): Promise<ClipDepth> {
  const { session, source, shape, signal, onProgress } = job;
  return ClipDepth.look(
    source,
    (stage) =>
      session.run((engine) => stage(DepthEstimator.of(engine, shape.working)), { signal, onProgress }),
    { signal, onFrame: (done, total) => tell(job, 'depth', done, total) },
  );
}

async function timesOf({ source, signal }: EditJob): Promise<FrameTime[]> {
  const times: FrameTime[] = [];
  for await (const { time, duration } of source.read(undefined, signal)) times.push({ time, duration });
  return times;
}

function tell(
  { onProgress }: EditJob,
  phase: 'depth' | 'mask',
  done: number,
  total: number | undefined,
): void {
  const fraction = total === undefined ? 0 : done / total;
  onProgress?.({ phase, done, total: total ?? done, fraction, remaining: fraction === 1 ? 0 : Infinity });
}

function pictured(
  { source, shape }: EditJob,
  frames: readonly FrameTime[],
  pictures: readonly Uint8Array<ArrayBuffer>[],
): ClipPictures {
  return {
    ...shape.working,
    frames: pictures.map((pixels, i) => ({ time: frames[i]!.time / source.timescale, pixels })),
  };
}
