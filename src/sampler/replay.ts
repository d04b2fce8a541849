// A run again from what was kept of it: the updates of DDIM with the kept predictions weighted anew. No network is
// evaluated, so that guidance can be moved after the fact.
import type { Evaluation, Weighted } from './guidance.ts';
import { type Denoiser, sample, type SampleOptions } from './sample.ts';

/** The predictions of one step, each by what was evaluated. */
export type StepPredictions<P> = ReadonlyMap<Evaluation, P>;

/** Computes on latents of type `L` with kept predictions of type `P`. */
export interface Mixer<L, P> extends Pick<Denoiser<L>, 'update' | 'hold'> {
  /** The weighted sum of predictions. */
  mix(terms: readonly { readonly prediction: P; readonly weight: number }[]): L | Promise<L>;
}

/** The evaluations that have a weight but were not kept at every step: they must be made up before a replay. */
export function missingEvaluations<P>(
  kept: readonly StepPredictions<P>[],
  evaluations: readonly Weighted<Evaluation>[],
): Evaluation[] {
  return evaluations
    .map(({ evaluation }) => evaluation)
    .filter((evaluation) => kept.some((step) => !step.has(evaluation)));
}

/**
 * Runs `options.steps` on `latents`, the start of the kept run, and takes the guided output of each step from `kept`:
 * Gen-1 (Esser et al. 2023), eq. 8, is linear in its three predictions, so that other w and w_t are other weights. With
 * the weights of the kept run the result is that run's; with others it is an approximation, for the network never saw the
 * latents that they lead to. Throws `RangeError` where a prediction is missing.
 */
export function replay<L, P>(
  mixer: Mixer<L, P>,
  latents: L,
  kept: readonly StepPredictions<P>[],
  options: SampleOptions,
): Promise<L> {
  const [missing] = missingEvaluations(kept, options.evaluations);
  if (missing !== undefined || kept.length !== options.steps.length) {
    const found = missing ? `none of '${missing}'` : `those of ${kept.length}`;
    throw new RangeError(`replay: expected predictions of ${options.steps.length} steps, got ${found}.`);
  }
  let step = 0;
  const denoiser: Denoiser<L> = {
    predict(_latents, _timestep, evaluations) {
      const predictions = kept[step++]!;
      return mixer.mix(
        evaluations.map(({ evaluation, weight }) => ({ prediction: predictions.get(evaluation)!, weight })),
      );
    },
    update: (...args) => mixer.update(...args),
    ...(mixer.hold && { hold: (x, level) => mixer.hold!(x, level) }),
  };
  return sample(denoiser, latents, options);
}
