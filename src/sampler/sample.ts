// The sampling loop, over latents of any kind (a GPU tensor, an array): it decides, a `Denoiser` computes.
import { addNoise, type StepCoefficients } from './coefficients.ts';
import type { DdimStep } from './ddim.ts';
import type { Evaluation, Weighted } from './guidance.ts';

/** Computes on latents of type `L`, in place or by returning new ones. Its errors end the loop. */
export interface Denoiser<L> {
  /** The guided network output for `latents` at `timestep`: the weighted sum of the evaluations. */
  predict(latents: L, timestep: number, evaluations: readonly Weighted<Evaluation>[]): L | Promise<L>;
  /** The latents after a step; `index` names the step's own noise stream where `step.noise` is not 0. */
  update(latents: L, output: L, step: StepCoefficients, index: number): L | Promise<L>;
  /**
   * Called before every step and after the last, with the weights that bring a clean latent to the present noise level
   * (last: 1 and 0): where held frames and unmasked regions are put back. Left out where there are none.
   */
  hold?(latents: L, level: { readonly sample: number; readonly noise: number }): L | Promise<L>;
}

/** Options of `sample`. */
export interface SampleOptions {
  /** Steps first to last, from `ddimSteps`. */
  readonly steps: readonly DdimStep[];
  /** From `gen1Guidance`. */
  readonly evaluations: readonly Weighted<Evaluation>[];
  /** Aborting rejects with the signal's reason before the next step begins. */
  readonly signal?: AbortSignal;
  /** Called after every step with the number of steps done; awaited. */
  readonly onStep?: (done: number, total: number) => void | Promise<void>;
}

/** Runs all steps on `latents` (standard normal noise at first) and returns the clean ones. */
export async function sample<L>(denoiser: Denoiser<L>, latents: L, options: SampleOptions): Promise<L> {
  const { steps, evaluations, signal, onStep } = options;
  let x = latents;
  for (const [index, step] of steps.entries()) {
    signal?.throwIfAborted();
    if (denoiser.hold) x = await denoiser.hold(x, addNoise(step.alpha));
    const output = await denoiser.predict(x, step.timestep, evaluations);
    signal?.throwIfAborted();
    x = await denoiser.update(x, output, step, index);
    await onStep?.(index + 1, steps.length);
  }
  signal?.throwIfAborted();
  return denoiser.hold ? denoiser.hold(x, addNoise(1)) : x;
}
