// What one sampling step is to a kernel: weights of what it reads. Every sampler here returns this one form.
import type { Thresholding } from './schedule.ts';

/**
 * One step on latents x with network output m and standard normal noise:
 *
 *     x_next = sample * x + prediction * m + noise * eps + clean.weight * clamp(x0, -clean.limit, clean.limit)
 *     x0 = clean.sample * x + clean.prediction * m
 *
 * The last term is there only for schedules that clip their estimate of the clean sample.
 */
export interface StepCoefficients {
  readonly sample: number;
  readonly prediction: number;
  /** 0 for deterministic steps: no noise is needed then. */
  readonly noise: number;
  readonly clean?: CleanTerm;
}

/** The clipped estimate x0 of the clean sample and its weight. */
export interface CleanTerm {
  readonly weight: number;
  readonly sample: number;
  readonly prediction: number;
  readonly limit: number;
  /** Set where limit and weight depend on x0's values: get them from `thresholded` first. */
  readonly thresholding?: Thresholding;
}

/**
 * The clean term with its limit s taken from the unclipped estimates `x0` of one sample: s = quantile of |x0|, kept
 * within [1, max]; x0 is clamped to +-s and divided by s (Saharia et al. 2022, section 2.3).
 */
export function thresholded(term: CleanTerm, { ratio, max }: Thresholding, x0: ArrayLike<number>): CleanTerm {
  const sorted = Float64Array.from(x0, Math.abs).sort();
  const position = ratio * (sorted.length - 1);
  const low = sorted[Math.floor(position)] ?? 0;
  const high = sorted[Math.ceil(position)] ?? 0;
  const limit = Math.min(Math.max(low + (high - low) * (position % 1), 1), max);
  return { weight: term.weight / limit, sample: term.sample, prediction: term.prediction, limit };
}

/** A clean latent brought to noise level alpha: x_t = sqrt(alpha) x0 + sqrt(1 - alpha) eps (Ho et al. 2020, eq. 4). */
export function addNoise(alpha: number): { readonly sample: number; readonly noise: number } {
  return { sample: Math.sqrt(alpha), noise: Math.sqrt(1 - alpha) };
}
