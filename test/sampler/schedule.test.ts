import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readSchedule, timesteps } from '../../src/sampler/index.ts';
import { roundHalfEven } from '../../src/sampler/schedule.ts';
import { loadJson } from '../tensors.ts';

const config: unknown = JSON.parse(
  await readFile(new URL('../../weights/nano/scheduler/scheduler_config.json', import.meta.url), 'utf8'),
);

test('halves round to even', () => {
  expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, 2.6].map(roundHalfEven)).toEqual([0, 2, 2, 0, -2, 2, 3]);
});

test.each(['edit', 'edit_temporal', 'edit_160x96'])('timesteps of the golden %s', async (name) => {
  const golden = await loadJson<{ steps: number; timesteps: number[] }>(`nano/${name}.json`);
  expect(timesteps(readSchedule(config), golden.steps)).toEqual(golden.timesteps);
});

test("the bundle's schedule", () => {
  const schedule = readSchedule(config);
  expect(schedule).toMatchObject({ prediction: 'v_prediction', spacing: 'trailing', finalAlpha: 1 });
  expect(schedule.clipRange).toBeUndefined();
  expect(schedule.alphasCumprod[0]).toBeCloseTo(1 - 0.00085, 12);
  expect(schedule.alphasCumprod[999]).toBe(0);
});

describe('bad values name key, value and what is allowed', () => {
  test.each([
    [
      { beta_schedule: 'cubic' },
      /beta_schedule is "cubic", allowed: linear, scaled_linear, squaredcos_cap_v2/,
    ],
    [{ prediction_type: 'flow' }, /prediction_type is "flow", allowed: epsilon, v_prediction, sample/],
    [{ timestep_spacing: 3 }, /timestep_spacing is 3, allowed: trailing, leading, linspace/],
    [{ num_train_timesteps: 0 }, /num_train_timesteps is 0, allowed: whole numbers from 1 to 100000/],
    [{ num_train_timesteps: 1e12 }, /num_train_timesteps/],
    [{ beta_start: -1 }, /beta_start is -1/],
    [{ beta_start: 0.1, beta_end: 0.01 }, /beta_end is 0.01/],
    [{ beta_end: '0.02' }, /beta_end is "0.02"/],
    [{ rescale_betas_zero_snr: 'yes' }, /rescale_betas_zero_snr is "yes", allowed: true or false/],
    [{ rescale_betas_zero_snr: true, num_train_timesteps: 1 }, /rescale_betas_zero_snr needs at least 2/],
    [{ steps_offset: -1 }, /steps_offset is -1/],
    [{ trained_betas: [0.1] }, /trained_betas is \[0.1\], allowed: null or 1000 numbers/],
    [{ clip_sample_range: 0 }, /clip_sample_range is 0, allowed: above 0/],
    [null, /must be a JSON object, got null/],
    [[], /must be a JSON object, got \[\]/],
  ])('%j', (json, message) => {
    expect(() => readSchedule(json)).toThrow(RangeError);
    expect(() => readSchedule(json)).toThrow(message);
  });

  test('an offset that leaves the training steps', () => {
    const schedule = readSchedule({ steps_offset: 1 });
    expect(() => timesteps(schedule, 1000)).toThrow(
      /steps_offset is 1: with 1000 steps the first would be 1000/,
    );
  });
});
