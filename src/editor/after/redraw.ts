// Draws the frames of a finished edit anew, at no denoising: its latents are kept, a few kilobytes a frame.

import type { Upscale } from '../ask/options.ts';
import type { KeptRun } from '../denoise/kept.ts';
import { type FinishInput, finishing } from '../draw/finish.ts';
import { decodeFrames } from '../draw/frames.ts';
import { joined } from '../draw/latents.ts';
import type { DrawnFrame, EditedFrame, EditJob } from '../run/edit_job.ts';
import type { PreparedEdit } from '../run/prepare_edit.ts';
import { FrameReader } from '../source/reread.ts';

/** What is left of an edit: enough to draw it anew, and with `keepPredictions` to mix it. */
export interface FinishedEdit {
  readonly job: PreparedEdit;
  readonly drawn: readonly DrawnFrame[];
  readonly kept: KeptRun | undefined;
}

/** Throws TypeError where `upscale` needs frames of the source that came once and were not kept by the edit. */
export function checkRescale({ source, options, shape }: EditJob, upscale: Upscale): void {
  const kept = source.frames !== undefined || options.mask || finishing(options, shape);
  if (kept || !finishing({ ...options, upscale }, shape)) return;
  throw new TypeError(
    "The source's frames came once and are gone: edit with upscale 'guided', or give a file, to scale by them later.",
  );
}

/** Decodes `drawn`, the frames of `job` in order, and scales them up by `upscale`. */
export async function* redraw(
  job: EditJob,
  drawn: readonly DrawnFrame[],
  upscale: Upscale,
): AsyncGenerator<EditedFrame, void, undefined> {
  const { session, source, shape, options, signal, onProgress } = job;
  const { working, output, windowFrames } = shape;
  const finish = finishing({ ...options, upscale }, shape);
  const reader = finish && new FrameReader(source, signal);
  try {
    for (let start = 0; start < drawn.length; start += windowFrames) {
      const part = drawn.slice(start, start + windowFrames);
      const frames = await reader?.take(part.map((_, i) => start + i));
      const inputs = frames?.map((frame, i): FinishInput => ({
        frame,
        mask: finish!.paste ? part[i]!.mask : undefined,
      }));
      // The decoder's program takes whole windows: a short one repeats its last frame.
      const latents = joined(
        Array.from({ length: windowFrames }, (_, i) => (part[i] ?? part.at(-1)!).latents),
      );
      const decode = {
        ...{ latents, from: 0, to: part.length, working, output, signal },
        finish: finish && { ...finish, inputs: inputs! },
      };
      const pictures = await session.run((engine) => decodeFrames(engine, windowFrames, decode), {
        signal,
        onProgress,
      });
      const done = start + part.length;
      const fraction = done / drawn.length;
      onProgress?.({ phase: 'decode', done, total: drawn.length, fraction, remaining: 0 });
      for (const [i, data] of pictures.entries()) {
        const { time, duration } = part[i]!;
        yield { index: start + i, data, time, duration };
      }
    }
  } finally {
    await reader?.close();
  }
}
