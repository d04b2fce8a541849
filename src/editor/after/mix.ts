// Moves guidance after the fact: the updates of a finished edit again, with its kept predictions weighted anew. What was
// not evaluated then (the image model, where ω_t was 1) is made up on the kept latents, once.

import {
  addNoise,
  ddimSteps,
  type Evaluation,
  gen1Guidance,
  missingEvaluations,
  replay,
} from '../../sampler/index.ts';
import { type OnProgress, ProgressMeter } from '../ask/progress.ts';
import { VideoDenoiser } from '../denoise/denoiser.ts';
import type { KeptRun, KeptWindow } from '../denoise/kept.ts';
import { joined } from '../draw/latents.ts';
import type { DrawnFrame, EditedFrame, EditJob } from '../run/edit_job.ts';
import { redraw } from './redraw.ts';

/**
 * The frames of `job`, whose `options.guidance` and `options.temporal` may be others than those that `kept` and `drawn`
 * were made with. Throws WeightsError where predictions must be made up and the model has other weights by now.
 */
export async function* mixFrames(
  job: EditJob,
  kept: KeptRun,
  drawn: readonly DrawnFrame[],
): AsyncGenerator<EditedFrame, void, undefined> {
  const { session, options, onProgress } = job;
  const evaluations = gen1Guidance(options.guidance, options.temporal);
  const missing = kept.windows.map(({ steps }) =>
    missingEvaluations(
      steps.map(({ terms }) => terms),
      evaluations,
    ),
  );
  const total = missing.reduce((sum, names) => sum + names.length * options.steps, 0);
  if (total > 0) await kept.checkWeights(session.unet);
  const meter = new ProgressMeter(total + kept.windows.length, 0);
  let done = 0;
  const onStep = (): void => {
    meter.advance(1);
    const { fraction, remaining } = meter;
    onProgress?.({ phase: 'denoise', done: ++done, total, fraction, remaining });
  };
  const latents = new Map<number, Float32Array>();
  for (const [number, window] of kept.windows.entries()) {
    for (const evaluation of missing[number]!) await makeUp(job, kept, window, evaluation, onStep);
    await replayWindow(job, window, latents);
  }
  const made = meter.fraction;
  const mixed = drawn.map((frame, i) => ({ ...frame, latents: latents.get(i)! }));
  for (const frame of mixed) job.onDrawn?.(frame);
  /** What is left of the whole is drawing. */
  const told: OnProgress = (event) =>
    onProgress?.('fraction' in event ? { ...event, fraction: made + (1 - made) * event.fraction } : event);
  yield* redraw({ ...job, onProgress: told }, mixed, options.upscale);
}

/** The latents that the predictions of a window lead to, put in by the frames that it finishes. */
async function replayWindow(
  { session, shape, options, signal, onProgress }: EditJob,
  { window, start, steps }: KeptWindow,
  finished: Map<number, Float32Array>,
): Promise<void> {
  const evaluations = gen1Guidance(options.guidance, options.temporal);
  const held = joined(window.frames.slice(0, window.held).map((index) => finished.get(index)!));
  const latents = await session.run(
    async (engine) => {
      const denoiser = VideoDenoiser.of(engine, {
        ...{ frames: shape.windowFrames, size: shape.working, structure: options.structure, evaluations },
      });
      await denoiser.start({ ...start, held, signal });
      const all = ddimSteps(engine.model.files.schedule, { steps: options.steps });
      const terms = steps.map((step) => step.terms);
      await replay(denoiser, denoiser.latents, terms, {
        ...{ steps: all, evaluations },
        ...(signal && { signal }),
      });
      return denoiser.read();
    },
    { signal, onProgress },
  );
  const size = latents.length / shape.windowFrames;
  for (let i = window.held; i < window.end; i++) {
    finished.set(window.frames[i]!, latents.slice(i * size, (i + 1) * size));
  }
}

/** What `evaluation` says to the kept latents of every step; kept as well. After a device loss it goes on where it was. */
function makeUp(
  { session, shape, options, signal, onProgress }: EditJob,
  { content }: KeptRun,
  { start, steps }: KeptWindow,
  evaluation: Evaluation,
  onStep: () => void,
): Promise<void> {
  const evaluations = [{ evaluation, weight: 1 }];
  return session.run(
    async (engine) => {
      const denoiser = VideoDenoiser.of(engine, {
        ...{ frames: shape.windowFrames, size: shape.working, structure: options.structure, evaluations },
      });
      await denoiser.setContent(content, signal);
      for (const [i, step] of ddimSteps(engine.model.files.schedule, { steps: options.steps }).entries()) {
        const { terms } = steps[i]!;
        if (terms.has(evaluation)) continue;
        await denoiser.start({ ...start, latents: steps[i - 1]?.latents, signal });
        await denoiser.hold(denoiser.latents, addNoise(step.alpha));
        await denoiser.predict(denoiser.latents, step.timestep, evaluations);
        terms.set(evaluation, await denoiser.readPrediction());
        onStep();
      }
    },
    { signal, onProgress },
  );
}
