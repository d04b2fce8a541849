// The noise schedule of a diffusion model, read from a diffusers scheduler_config.json: noise levels per training
// step (in f64) and the timesteps that a run of n steps visits.
import { configReader, type ConfigReader } from './config.ts';

const BETA_SCHEDULES = ['linear', 'scaled_linear', 'squaredcos_cap_v2'] as const;
const PREDICTIONS = ['epsilon', 'v_prediction', 'sample'] as const;
const SPACINGS = ['trailing', 'leading', 'linspace'] as const;
const MAX_TRAIN_STEPS = 100_000;

/** What the network's output stands for: the noise, v = sqrt(a) noise - sqrt(1 - a) x0, or x0 itself. */
export type PredictionType = (typeof PREDICTIONS)[number];

/** Dynamic thresholding of x0 (Saharia et al. 2022, section 2.3): quantile of |x0|, and the largest limit. */
export interface Thresholding {
  readonly ratio: number;
  readonly max: number;
}

/** A DDIM-class schedule. */
export interface Schedule {
  /** Cumulative product of 1 - beta per training step, descending: the share of signal in x_t's variance. */
  readonly alphasCumprod: Float64Array;
  /** Level that the last step arrives at: 1, or that of training step 0 (`set_alpha_to_one` false). */
  readonly finalAlpha: number;
  readonly prediction: PredictionType;
  readonly spacing: (typeof SPACINGS)[number];
  readonly stepsOffset: number;
  /** x0 is clipped to plus and minus this; absent: not clipped. */
  readonly clipRange?: number;
  readonly thresholding?: Thresholding;
}

/** Reads the config of a DDIMScheduler or DDIMInverseScheduler; absent keys take the class's defaults. Throws `RangeError`. */
export function readSchedule(json: unknown): Schedule {
  const config = configReader(json);
  const alphasCumprod = readAlphasCumprod(config, 'linear');
  const clip = config.boolean('clip_sample', true);
  const clipRange = config.number('clip_sample_range', 1, 'above 0', (value) => value > 0);
  const ratio = config.number(
    'dynamic_thresholding_ratio',
    0.995,
    '0 to 1',
    (value) => value >= 0 && value <= 1,
  );
  const max = config.number('sample_max_value', 1, 'at least 1', (value) => value >= 1);
  const trainSteps = alphasCumprod.length;
  return {
    alphasCumprod,
    finalAlpha: config.boolean('set_alpha_to_one', true) ? 1 : alphasCumprod[0]!,
    prediction: config.oneOf('prediction_type', 'epsilon', PREDICTIONS),
    spacing: config.oneOf('timestep_spacing', 'leading', SPACINGS),
    stepsOffset: config.number('steps_offset', 0, `whole numbers below ${trainSteps}`, below(trainSteps)),
    ...(config.boolean('thresholding', false) ? { thresholding: { ratio, max } } : clip ? { clipRange } : {}),
  };
}

/** The cumulative products of 1 - beta of a config. Throws `RangeError`. */
export function readAlphasCumprod(
  config: ConfigReader,
  fallback: (typeof BETA_SCHEDULES)[number],
): Float64Array<ArrayBuffer> {
  const allowedSteps = `whole numbers from 1 to ${MAX_TRAIN_STEPS}`;
  const count = config.number(
    'num_train_timesteps',
    1000,
    allowedSteps,
    (value) => value >= 1 && below(MAX_TRAIN_STEPS + 1)(value),
  );
  const isBeta = (value: number) => value > 0 && value < 1;
  const start = config.number('beta_start', 0.0001, 'between 0 and 1', isBeta);
  const end = config.number(
    'beta_end',
    0.02,
    `from beta_start to 1`,
    (value) => isBeta(value) && value >= start,
  );
  const kind = config.oneOf('beta_schedule', fallback, BETA_SCHEDULES);
  const trained = config.numbers(
    'trained_betas',
    `null or ${count} numbers between 0 and 1`,
    (values) => values.length === count && values.every(isBeta),
  );
  const alphas = new Float64Array(count);
  let product = 1;
  for (let i = 0; i < count; i++) {
    product *= 1 - (trained?.[i] ?? beta(kind, i, count, start, end));
    alphas[i] = product;
  }
  return config.boolean('rescale_betas_zero_snr', false) ? rescaleZeroSnr(alphas) : alphas;
}

function beta(
  kind: (typeof BETA_SCHEDULES)[number],
  i: number,
  count: number,
  start: number,
  end: number,
): number {
  if (kind === 'squaredcos_cap_v2') {
    // Nichol & Dhariwal 2021, eq. 17; betas are capped so that the last step keeps a little signal.
    return Math.min(1 - cosineLevel((i + 1) / count) / cosineLevel(i / count), 0.999);
  }
  const share = count === 1 ? 0 : i / (count - 1);
  if (kind === 'linear') return start + share * (end - start);
  return (Math.sqrt(start) + share * (Math.sqrt(end) - Math.sqrt(start))) ** 2; // scaled_linear: linear in sqrt(beta)
}

function cosineLevel(time: number): number {
  return Math.cos((((time + 0.008) / 1.008) * Math.PI) / 2) ** 2;
}

// Lin et al. 2023, algorithm 1: shift and scale sqrt(alpha) so that the first stays and the last becomes exactly 0.
function rescaleZeroSnr(alphas: Float64Array): Float64Array<ArrayBuffer> {
  const first = Math.sqrt(alphas[0]!);
  const last = Math.sqrt(alphas.at(-1)!);
  if (first === last)
    throw new RangeError('Scheduler config: rescale_betas_zero_snr needs at least 2 training steps.');
  return Float64Array.from(alphas, (alpha) => (((Math.sqrt(alpha) - last) * first) / (first - last)) ** 2);
}

/**
 * The timesteps of a run of `steps` steps, descending (Lin et al. 2023, table 2; rounding half to even as numpy
 * does). Throws `RangeError` unless 1 <= steps <= training steps and every timestep is a training step.
 */
export function timesteps({ alphasCumprod, spacing, stepsOffset }: Schedule, steps: number): number[] {
  const count = alphasCumprod.length;
  checkSteps(steps, 1, count);
  const at = (i: number): number => {
    if (spacing === 'trailing') return roundHalfEven(count - i * (count / steps)) - 1;
    if (spacing === 'leading') return (steps - 1 - i) * Math.floor(count / steps) + stepsOffset;
    return steps === 1 ? 0 : roundHalfEven((steps - 1 - i) * ((count - 1) / (steps - 1)));
  };
  const list = Array.from({ length: steps }, (_, i) => at(i));
  if (list[0]! >= count) {
    throw new RangeError(
      `Scheduler config: steps_offset is ${stepsOffset}: with ${steps} steps the first would be ${list[0]}, allowed: below ${count}.`,
    );
  }
  return list;
}

/** Throws `RangeError` unless `steps` is a whole number in [min, max]. */
export function checkSteps(steps: number, min: number, max: number): void {
  if (Number.isInteger(steps) && steps >= min && steps <= max) return;
  throw new RangeError(`steps is ${steps}, allowed: whole numbers from ${min} to ${max}.`);
}

/** Rounds to the nearest whole number, halves to the even one, as numpy's `round`. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

function below(limit: number): (value: number) => boolean {
  return (value) => Number.isInteger(value) && value >= 0 && value < limit;
}
