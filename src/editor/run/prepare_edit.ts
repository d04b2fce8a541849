// From what a caller asks to a job that is ready to run: options checked, sources open, painted masks read.

import { type EditOptions, resolveOptions } from '../ask/options.ts';
import type { EditPlan } from '../ask/plan.ts';
import type { OnProgress } from '../ask/progress.ts';
import { finishing } from '../draw/finish.ts';
import { paintedOf } from '../mask/clip_mask.ts';
import type { Session } from '../model/session.ts';
import { rereadable } from '../source/reread.ts';
import { type FrameSource, openSource, type VideoSource } from '../source/source.ts';
import { openDepth } from '../structure/depth_pass.ts';
import type { EditJob } from './edit_job.ts';
import { editShape } from './plan_edit.ts';

/** An edit that is ready to run. */
export interface PreparedEdit extends EditJob {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Once it has been announced. */
  plan: EditPlan | undefined;
}

/** A mask is carried through at least so many frames a second: motion between them stays small. */
const CARRIED_FPS = 12;

/** Checks `options` and opens `source`. Throws as `Editor.edit` does; nothing is open then. */
export async function prepareEdit(
  session: Session,
  source: VideoSource,
  options: EditOptions,
  signal: AbortSignal,
): Promise<PreparedEdit> {
  signal.throwIfAborted();
  const { gpu, model } = session.engine;
  const resolved = resolveOptions(options, model.files.defaults, gpu.software);
  const opened = accounted(await openSource(source, resolved, signal), session);
  return closingOnError(opened, async () => {
    const shape = editShape(opened.display, resolved, model.unet.config.trainFrames);
    const { mask, fps } = resolved;
    const painted = mask && (await paintedOf(mask, opened.display, shape.working));
    const carriedFps = fps === 'source' ? fps : fps * Math.ceil(CARRIED_FPS / fps);
    const carry =
      painted && source instanceof Blob && carriedFps !== fps
        ? await openSource(source, { ...resolved, fps: carriedFps }, signal)
        : undefined;
    const depth = resolved.depth && (await openDepth(resolved.depth, signal));
    const again = mask || finishing(resolved, shape);
    const job: PreparedEdit = {
      ...{ session, source: again ? rereadable(opened) : opened, depth, options: resolved },
      ...{ shape, painted, carry, signal },
      onProgress: (event) => {
        if (event.phase === 'plan') job.plan = event.plan;
        options.onProgress?.(event);
      },
      plan: undefined,
    };
    return job;
  });
}

/** `source`, whose frames are counted as a codec's work while they are awaited. */
function accounted(source: FrameSource, { account }: Session): FrameSource {
  const { display, timescale, frames, movie } = source;
  return {
    ...{ display, timescale, frames },
    get end() {
      return source.end;
    },
    read: (indices, signal) => account.awaited(source.read(indices, signal)),
    ...(source.close && { close: () => source.close!() }),
    ...(movie && { movie }),
  };
}

/** Lets go of sources that were not read to their end. */
export async function closeJob({ source, depth, carry }: EditJob): Promise<void> {
  await source.close?.();
  await depth?.close?.();
  await carry?.close?.();
}

/** What `work` gives; where it fails, `source` is closed. */
async function closingOnError<T>(source: FrameSource, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await source.close?.();
    throw error;
  }
}
