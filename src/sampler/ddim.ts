// DDIM (Song et al. 2021, eq. 12) for every prediction type: coefficients of a step between two noise levels, and the
// list of steps of a run.
import type { StepCoefficients } from './coefficients.ts';
import { timesteps, type PredictionType, type Schedule } from './schedule.ts';

/** One step of a run: from `timestep` at noise level `alpha` to level `alphaNext`. */
export interface DdimStep extends StepCoefficients {
  readonly timestep: number;
  readonly alpha: number;
  readonly alphaNext: number;
}

/** Options of `ddimSteps`. */
export interface DdimOptions {
  /** Number of steps, 1 to the number of training steps. */
  readonly steps: number;
  /** 0 (default) is deterministic, 1 has the variance of DDPM. */
  readonly eta?: number;
  /**
   * Where a step goes: to the next listed timestep, the last to level 1 (`listed`, the default), or to
   * timestep - trainSteps // steps, below 0 to `schedule.finalAlpha` (`diffusers`). They agree where steps divides the
   * number of training steps, the spacing is not linspace, and the final level is 1.
   */
  readonly stepping?: 'listed' | 'diffusers';
}

/** The steps of a run, first to last. Throws `RangeError` for options out of range. */
export function ddimSteps(
  schedule: Schedule,
  { steps, eta = 0, stepping = 'listed' }: DdimOptions,
): DdimStep[] {
  if (!(eta >= 0 && eta <= 1)) throw new RangeError(`eta is ${eta}, allowed: 0 to 1.`);
  const list = timesteps(schedule, steps);
  const { alphasCumprod, finalAlpha } = schedule;
  const stride = Math.floor(alphasCumprod.length / steps);
  return list.map((timestep, i) => {
    const alpha = alphasCumprod[timestep]!;
    const alphaNext =
      stepping === 'diffusers'
        ? (alphasCumprod[timestep - stride] ?? finalAlpha)
        : (alphasCumprod[list[i + 1] ?? -1] ?? 1);
    return { timestep, alpha, alphaNext, ...ddimCoefficients(schedule, alpha, alphaNext, eta) };
  });
}

/** What `ddimCoefficients` needs to know of a schedule. */
export type DdimSchedule = Pick<Schedule, 'prediction' | 'clipRange' | 'thresholding'>;

/**
 * Song et al. 2021, eq. 12: x_next = sqrt(a') x0 + sqrt(1 - a' - s^2) eps + s noise with s as in eq. 16, for a step
 * from level `alpha` = a to `alphaNext` = a' (a' < a inverts). As in diffusers, eps comes from the unclipped x0.
 * Throws `RangeError` where the network's output does not determine x0 or eps.
 */
export function ddimCoefficients(
  schedule: DdimSchedule,
  alpha: number,
  alphaNext: number,
  eta = 0,
): StepCoefficients {
  const { x0, eps } = estimates(schedule.prediction, alpha);
  // 1 - a' - s^2 can come out as -1e-16 with eta 1 at zero terminal SNR.
  const variance = ((1 - alphaNext) / (1 - alpha)) * (1 - alpha / alphaNext);
  const noise = eta === 0 ? 0 : eta * Math.sqrt(Math.max(0, variance));
  const direction = Math.sqrt(Math.max(0, 1 - alphaNext - noise * noise));
  const weight = Math.sqrt(alphaNext);
  const { clipRange, thresholding } = schedule;
  if (clipRange === undefined && thresholding === undefined) {
    return {
      sample: weight * x0.sample + direction * eps.sample,
      prediction: weight * x0.prediction + direction * eps.prediction,
      noise,
    };
  }
  const limit = thresholding?.max ?? clipRange ?? Infinity;
  return {
    sample: direction * eps.sample,
    prediction: direction * eps.prediction,
    noise,
    clean: { weight, ...x0, limit, ...(thresholding ? { thresholding } : {}) },
  };
}

/** x0 and eps as weights of the latents x and the network's output m. */
interface Estimates {
  readonly x0: { readonly sample: number; readonly prediction: number };
  readonly eps: { readonly sample: number; readonly prediction: number };
}

/**
 * The clean sample that a step believed in, as weights of the latents that the step led to and of the network's output:
 * what a preview shows, long before the latents themselves are free of noise. Throws as `estimates` does.
 */
export function cleanAfterStep(
  { prediction }: Pick<Schedule, 'prediction'>,
  step: DdimStep,
): { readonly sample: number; readonly prediction: number } {
  const { x0 } = estimates(prediction, step.alpha);
  const sample = x0.sample === 0 ? 0 : x0.sample / step.sample;
  return { sample, prediction: x0.prediction - sample * step.prediction };
}

/**
 * The estimates of clean sample and noise at level `alpha` (Song et al. 2021, eq. 9; Salimans & Ho 2022, section 4
 * for v). Throws `RangeError` for epsilon at level 0 and sample at level 1.
 */
export function estimates(prediction: PredictionType, alpha: number): Estimates {
  const signal = Math.sqrt(alpha);
  const spread = Math.sqrt(1 - alpha);
  switch (prediction) {
    case 'epsilon':
      if (signal === 0) throw undetermined('epsilon', 'x0', 'at zero terminal SNR');
      return { x0: { sample: 1 / signal, prediction: -spread / signal }, eps: { sample: 0, prediction: 1 } };
    case 'sample':
      if (spread === 0) throw undetermined('sample', 'the noise', 'where there is none (level 1)');
      return { x0: { sample: 0, prediction: 1 }, eps: { sample: 1 / spread, prediction: -signal / spread } };
    case 'v_prediction':
      return { x0: { sample: signal, prediction: -spread }, eps: { sample: spread, prediction: signal } };
  }
}

function undetermined(prediction: string, what: string, where: string): RangeError {
  return new RangeError(
    `prediction_type '${prediction}' does not determine ${what} ${where}, allowed: v_prediction.`,
  );
}
