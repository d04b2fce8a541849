// The prior's sampler (UnCLIPScheduler of diffusers): ancestral DDPM steps over a cosine schedule with a clipped x0.
import { configReader } from './config.ts';
import type { StepCoefficients } from './coefficients.ts';
import { estimates } from './ddim.ts';
import { checkSteps, readAlphasCumprod, roundHalfEven } from './schedule.ts';

/** The prior's schedule. */
export interface UnclipSchedule {
  /**
   * Cumulative product of 1 - beta per training step, rounded to f32 as the class keeps it. At timestep 0 that leaves
   * 1 - alpha 5e-4 off, a factor of every published prior's result.
   */
  readonly alphasCumprod: Float64Array;
  /** The betas themselves: a step to the timestep just before takes them, not what the rounded products say. */
  readonly betas: Float64Array;
  readonly prediction: 'epsilon' | 'sample';
  /** x0 is clipped to plus and minus this; Infinity: not clipped. */
  readonly clipRange: number;
}

/** One step of the prior's run: from `timestep` to the next of the list (`next`, -1 at the end). */
export interface UnclipStep extends StepCoefficients {
  readonly timestep: number;
  readonly next: number;
}

/** Reads the config of an UnCLIPScheduler; absent keys take the class's defaults. Throws `RangeError`. */
export function readUnclipSchedule(json: unknown): UnclipSchedule {
  const config = configReader(json);
  config.oneOf('variance_type', 'fixed_small_log', ['fixed_small_log']);
  config.oneOf('beta_schedule', 'squaredcos_cap_v2', ['squaredcos_cap_v2']);
  const range = config.number('clip_sample_range', 1, 'above 0', (value) => value > 0);
  const exact = readAlphasCumprod(config, 'squaredcos_cap_v2');
  return {
    alphasCumprod: exact.map(Math.fround),
    betas: exact.map((level, i) => 1 - level / (exact[i - 1] ?? 1)),
    prediction: config.oneOf('prediction_type', 'epsilon', ['epsilon', 'sample']),
    clipRange: config.boolean('clip_sample', true) ? range : Infinity,
  };
}

/** The steps of a run of at least 2, evenly spaced over the training steps. Throws `RangeError` for other counts. */
export function unclipSteps(schedule: UnclipSchedule, steps: number): UnclipStep[] {
  const count = schedule.alphasCumprod.length;
  checkSteps(steps, 2, count);
  const stride = (count - 1) / (steps - 1);
  const list = Array.from({ length: steps }, (_, i) => roundHalfEven((steps - 1 - i) * stride));
  return list.map((timestep, i) => unclipStep(schedule, timestep, list[i + 1] ?? -1));
}

/**
 * The posterior of Ho et al. 2020, eq. 6-7, between two levels of a thinned schedule: mean from the clipped x0 and x,
 * standard deviation of the fixed small variance (floored at 1e-20; none at timestep 0).
 */
export function unclipStep(schedule: UnclipSchedule, timestep: number, next: number): UnclipStep {
  const { alphasCumprod, betas, prediction, clipRange } = schedule;
  const level = alphasCumprod[timestep];
  const levelNext = next === -1 ? 1 : alphasCumprod[next];
  if (level === undefined || levelNext === undefined || next >= timestep) {
    throw new RangeError(`Step from ${timestep} to ${next}: allowed are descending training steps, then -1.`);
  }
  const beta = next === timestep - 1 ? betas[timestep]! : 1 - level / levelNext;
  const alpha = 1 - beta;
  const variance = ((1 - levelNext) / (1 - level)) * beta;
  return {
    timestep,
    next,
    sample: (Math.sqrt(alpha) * (1 - levelNext)) / (1 - level),
    prediction: 0,
    noise: timestep > 0 ? Math.sqrt(Math.max(variance, 1e-20)) : 0,
    clean: {
      weight: (Math.sqrt(levelNext) * beta) / (1 - level),
      ...estimates(prediction, level).x0,
      limit: clipRange,
    },
  };
}
