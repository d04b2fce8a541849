import { expect, test, vi } from 'vitest';
import { ddimSteps, gen1Guidance, readSchedule, sample, type Denoiser } from '../../src/sampler/index.ts';

const schedule = readSchedule({
  clip_sample: false,
  prediction_type: 'v_prediction',
  timestep_spacing: 'trailing',
  rescale_betas_zero_snr: true,
});
const steps = ddimSteps(schedule, { steps: 6 });
const evaluations = gen1Guidance(5, 1);

/** Knows the clean number and answers with the exact v. */
function oracle(clean: number): Denoiser<number> {
  return {
    predict(x, timestep) {
      const alpha = schedule.alphasCumprod[timestep]!;
      const eps = (x - Math.sqrt(alpha) * clean) / Math.sqrt(1 - alpha);
      return Promise.resolve(Math.sqrt(alpha) * eps - Math.sqrt(1 - alpha) * clean);
    },
    update: (x, output, step) => step.sample * x + step.prediction * output,
  };
}

test('an exact network leads to the clean sample, step by step', async () => {
  const onStep = vi.fn<(done: number, total: number) => void>();
  expect(await sample(oracle(0.25), 1.5, { steps, evaluations, onStep })).toBeCloseTo(0.25, 10);
  expect(onStep.mock.calls).toEqual([1, 2, 3, 4, 5, 6].map((done) => [done, 6]));
});

test('held latents are put back at the level of every step, clean at the end', async () => {
  const levels: number[] = [];
  const denoiser: Denoiser<number> = {
    ...oracle(0),
    hold: (_, { sample: signal, noise }) => {
      levels.push(signal ** 2);
      return signal * 3 + noise * 0.5;
    },
  };
  expect(await sample(denoiser, 1, { steps, evaluations })).toBe(3);
  expect(levels).toHaveLength(7);
  levels.forEach((level, i) => expect(level).toBeCloseTo(steps[i]?.alpha ?? 1, 12));
});

test('an abort ends the loop before the next step', async () => {
  const controller = new AbortController();
  const onStep = vi.fn(() => controller.abort(new Error('enough')));
  const run = sample(oracle(0), 1, { steps, evaluations, signal: controller.signal, onStep });
  await expect(run).rejects.toThrow('enough');
  expect(onStep).toHaveBeenCalledTimes(1);
});

test("a denoiser's error is passed on", async () => {
  const broken: Denoiser<number> = { ...oracle(0), predict: () => Promise.reject(new Error('device lost')) };
  await expect(sample(broken, 1, { steps, evaluations })).rejects.toThrow('device lost');
});
