import {
  addNoise,
  ddimCoefficients,
  ddimSteps,
  readSchedule,
  type Schedule,
  type StepCoefficients,
  timesteps,
} from '../../src/sampler/index.ts';
import { applyStep } from '../../test/sampler/apply.ts';
import { floats, type TestTensor } from '../../test/tensors.ts';
import type { GoldenCase, Runner } from './cases.ts';
import { type Check, EXACT } from './check.ts';

/** Betas and their products are f32 in the reference: its smallest noise levels are off by up to 1.3e-5 relative. */
const LEVELS = { atol: 1e-6, rtol: 1e-4 };

interface SchedulerCase {
  readonly key: string;
  readonly config: unknown;
  readonly steps: number;
  readonly eta: number;
  readonly alphas_cumprod: string;
  readonly timesteps: Readonly<Record<string, number[]>>;
  readonly add_noise_timestep?: number;
}

/** DDIMScheduler: noise levels, timesteps, a trajectory, re-noising. */
export const ddim: Runner = async (golden) => {
  const parameters = parametersOf(golden);
  const { key, steps, eta, add_noise_timestep: noiseStep } = parameters;
  const schedule = readSchedule(parameters.config);
  const io = await golden.io();
  const list = ddimSteps(schedule, { steps, eta, stepping: 'diffusers' });
  const checks = [
    levels(schedule, parameters, io),
    ...Object.entries(parameters.timesteps).map(([count, want]): Check => ({
      output: `timesteps of ${count} steps`,
      want,
      got: timesteps(schedule, Number(count)),
      bounds: EXACT,
    })),
    ...trajectory(key, list, io),
  ];
  if (noiseStep === undefined) return checks;
  const { sample, noise } = addNoise(schedule.alphasCumprod[noiseStep]!);
  const eps = floats(io, 'noise.0');
  const got = floats(io, 'clean').map((value, i) => sample * value + noise * eps[i]!);
  return [...checks, { output: 'add_noise', want: floats(io, `${key}.add_noise`), got }];
};

/** DDIMInverseScheduler: the same coefficients, towards more noise. */
export const ddimInverse: Runner = async (golden) => {
  const parameters = parametersOf(golden);
  const { key, steps } = parameters;
  const schedule = readSchedule(parameters.config);
  const { alphasCumprod, finalAlpha } = schedule;
  const io = await golden.io();
  const list = timesteps(schedule, steps).reverse();
  const stride = Math.floor(alphasCumprod.length / steps);
  const moves = list.map((timestep) => {
    const from = alphasCumprod[timestep - stride] ?? finalAlpha;
    return ddimCoefficients(schedule, from, alphasCumprod[timestep]!);
  });
  const want = parameters.timesteps[String(steps)]!;
  return [
    levels(schedule, parameters, io),
    { output: `timesteps of ${steps} steps`, want, got: list, bounds: EXACT },
    ...trajectory(key, moves, io),
  ];
};

function parametersOf({ parameters }: GoldenCase): SchedulerCase {
  return parameters as unknown as SchedulerCase;
}

function levels(
  { alphasCumprod }: Schedule,
  { alphas_cumprod: name }: SchedulerCase,
  io: Record<string, TestTensor>,
): Check {
  return { output: 'alphas_cumprod', want: floats(io, name), got: alphasCumprod, bounds: LEVELS };
}

/** The golden feeds `model_output.i` whatever came before; x is compared after every step, at 2e-4 of its maximum. */
function trajectory(
  key: string,
  steps: readonly StepCoefficients[],
  io: Record<string, TestTensor>,
): Check[] {
  let x: ArrayLike<number> = floats(io, 'sample');
  return steps.map((step, i) => {
    x = applyStep(step, x, floats(io, `model_output.${i}`), floats(io, `noise.${i}`));
    const want = floats(io, `${key}.traj.${i}`);
    const most = want.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    return { output: `traj.${i}`, want, got: x, bounds: { atol: 2e-4 * most, rtol: 0 } };
  });
}
