import { describe, expect, test } from 'vitest';
import {
  addNoise,
  cleanAfterStep,
  ddimCoefficients,
  ddimSteps,
  readSchedule,
  timesteps,
} from '../../src/sampler/index.ts';
import { expectClose } from '../compare.ts';
import { floats, loadJson, loadTensors } from '../tensors.ts';
import { applyStep } from './apply.ts';

interface Case {
  readonly _class_name: string;
  readonly config: Record<string, unknown>;
  readonly steps: number;
  readonly eta: number;
  readonly alphas_cumprod: string;
  readonly timesteps: Record<string, number[]>;
  readonly add_noise_timestep?: number;
}

const cases = Object.entries(await loadJson<Record<string, Case>>('schedulers/schedulers.json'));
const tensors = await loadTensors('schedulers/io.safetensors');
const ddim = cases.filter(([, { _class_name }]) => _class_name === 'DDIMScheduler');
const inverse = cases.filter(([, { _class_name }]) => _class_name === 'DDIMInverseScheduler');

test('the goldens hold 12 DDIM and 2 inverse cases', () => {
  expect([ddim.length, inverse.length]).toEqual([12, 2]);
});

describe.each(ddim)('%s', (name, golden) => {
  const schedule = readSchedule(golden.config);

  test('noise levels', () => {
    const want = floats(tensors, golden.alphas_cumprod);
    expectClose(schedule.alphasCumprod, want, { atol: 1e-6, rtol: 1e-4, label: name });
    if (golden.config.rescale_betas_zero_snr) expect(schedule.alphasCumprod[999]).toBe(0);
  });

  test('timesteps, exactly', () => {
    for (const [steps, want] of Object.entries(golden.timesteps)) {
      expect(timesteps(schedule, Number(steps))).toEqual(want);
    }
  });

  test('trajectory', () => {
    const { steps, eta } = golden;
    let x: ArrayLike<number> = floats(tensors, 'sample');
    for (const [i, step] of ddimSteps(schedule, { steps, eta, stepping: 'diffusers' }).entries()) {
      x = applyStep(step, x, floats(tensors, `model_output.${i}`), floats(tensors, `noise.${i}`));
      const want = floats(tensors, `${name}.traj.${i}`);
      expectClose(x, want, {
        atol: 2e-4 * want.reduce((max, v) => Math.max(max, Math.abs(v)), 0),
        rtol: 0,
        label: `${name} ${i}`,
      });
    }
  });

  test('add_noise', () => {
    const { sample, noise } = addNoise(schedule.alphasCumprod[golden.add_noise_timestep!]!);
    const eps = floats(tensors, 'noise.0');
    const got = floats(tensors, 'clean').map((value, i) => sample * value + noise * eps[i]!);
    expectClose(got, floats(tensors, `${name}.add_noise`), { atol: 1e-5, rtol: 1e-5, label: name });
  });
});

test.each(inverse)('%s: the same coefficients, upwards', (name, golden) => {
  const schedule = readSchedule(golden.config);
  const list = timesteps(schedule, golden.steps).reverse();
  expect(list).toEqual(golden.timesteps[String(golden.steps)]);
  let x: ArrayLike<number> = floats(tensors, 'sample');
  for (const [i, timestep] of list.entries()) {
    const from = schedule.alphasCumprod[timestep - 1000 / golden.steps] ?? schedule.finalAlpha;
    const step = ddimCoefficients(schedule, from, schedule.alphasCumprod[timestep]!);
    x = applyStep(step, x, floats(tensors, `model_output.${i}`));
    const want = floats(tensors, `${name}.traj.${i}`);
    expectClose(x, want, { atol: 2e-4 * Math.max(...want.map(Math.abs)), rtol: 0, label: `${name} ${i}` });
  }
});

describe('stepping', () => {
  const bundle = bundleSchedule();
  test.each([5, 10, 20, 25])('listed and diffusers agree at %i steps', (steps) => {
    const listed = ddimSteps(bundle, { steps });
    expect(listed).toEqual(ddimSteps(bundle, { steps, stepping: 'diffusers' }));
    expect(listed.at(-1)!.alphaNext).toBe(1);
  });

  test('they differ at 30', () => {
    const listed = ddimSteps(bundle, { steps: 30 });
    expect(listed).not.toEqual(ddimSteps(bundle, { steps: 30, stepping: 'diffusers' }));
    listed.slice(1).forEach((step, i) => expect(listed[i]!.alphaNext).toBe(step.alpha));
  });

  test('the last listed step with a perfect v returns the clean sample', () => {
    const { alpha, sample, prediction } = ddimSteps(bundle, { steps: 8 }).at(-1)!;
    const [x0, eps] = [0.7, -1.3];
    const x = Math.sqrt(alpha) * x0 + Math.sqrt(1 - alpha) * eps;
    const v = Math.sqrt(alpha) * eps - Math.sqrt(1 - alpha) * x0;
    expect(sample * x + prediction * v).toBeCloseTo(x0, 12);
  });
});

function bundleSchedule() {
  return readSchedule({
    beta_start: 0.00085,
    beta_end: 0.012,
    beta_schedule: 'scaled_linear',
    clip_sample: false,
    prediction_type: 'v_prediction',
    timestep_spacing: 'trailing',
    rescale_betas_zero_snr: true,
  });
}

test('epsilon at zero terminal SNR is refused', () => {
  const schedule = readSchedule({ rescale_betas_zero_snr: true, timestep_spacing: 'trailing' });
  expect(() => ddimSteps(schedule, { steps: 4 })).toThrow(/'epsilon' does not determine x0/);
});

test.each([0, -1, 2.5, 1001, NaN])('%d steps are refused', (steps) => {
  expect(() => ddimSteps(bundleSchedule(), { steps })).toThrow(
    /steps is .* allowed: whole numbers from 1 to 1000/,
  );
});

test.each([-0.1, 1.5, NaN])('eta %d is refused', (eta) => {
  expect(() => ddimSteps(bundleSchedule(), { steps: 4, eta })).toThrow(/eta is .* allowed: 0 to 1/);
});

test.each(['v_prediction', 'epsilon', 'sample'] as const)(
  'the clean sample is found again after a step of %s',
  (prediction) => {
    const schedule = readSchedule({
      prediction_type: prediction,
      clip_sample: false,
      timestep_spacing: 'trailing',
    });
    for (const step of ddimSteps(schedule, { steps: 7 })) {
      const [clean, eps] = [0.7, -1.3];
      const x = Math.sqrt(step.alpha) * clean + Math.sqrt(1 - step.alpha) * eps;
      const output = {
        v_prediction: Math.sqrt(step.alpha) * eps - Math.sqrt(1 - step.alpha) * clean,
        epsilon: eps,
        sample: clean,
      }[prediction];
      const next = step.sample * x + step.prediction * output;
      const weights = cleanAfterStep(schedule, step);
      expect(weights.sample * next + weights.prediction * output).toBeCloseTo(clean, 6);
    }
  },
);
