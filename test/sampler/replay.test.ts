import { expect, test } from 'vitest';
import {
  ddimSteps,
  type Denoiser,
  type Evaluation,
  gen1Guidance,
  missingEvaluations,
  type Mixer,
  readSchedule,
  replay,
  sample,
  type StepCoefficients,
} from '../../src/sampler/index.ts';

const schedule = readSchedule({
  clip_sample: false,
  prediction_type: 'v_prediction',
  timestep_spacing: 'trailing',
  rescale_betas_zero_snr: true,
});
const steps = ddimSteps(schedule, { steps: 5 });
const update = (x: number, output: number, step: StepCoefficients) =>
  step.sample * x + step.prediction * output;
/** A frame that is held half way: what it was is mixed in at every level. */
const hold = (x: number, level: { readonly sample: number; readonly noise: number }) =>
  0.5 * x + 0.5 * (level.sample * 2 - level.noise);

/** Three predictions that differ, and follow the latents by `gain`. */
function network(gain: number): Record<Evaluation, (x: number, t: number) => number> {
  return {
    'image-unconditional': (x, t) => gain * Math.sin(x) + 0.1 + t / 5000,
    'video-unconditional': (x, t) => gain * Math.cos(x) - 0.2 + t / 4000,
    'video-conditional': (x, t) => gain * x - 0.7 + t / 3000,
  };
}

/** Runs with `w` and `w_t` and keeps what `gain`'s network says to each step. */
async function run(w: number, wt: number, gain: number) {
  const kept: Map<Evaluation, number>[] = [];
  const denoiser: Denoiser<number> = {
    predict(x, timestep, evaluations) {
      const said = network(gain);
      kept.push(new Map(evaluations.map(({ evaluation }) => [evaluation, said[evaluation](x, timestep)])));
      return evaluations.reduce(
        (sum, { evaluation, weight }) => sum + weight * kept.at(-1)!.get(evaluation)!,
        0,
      );
    },
    update,
    hold,
  };
  return { result: await sample(denoiser, 1.5, { steps, evaluations: gen1Guidance(w, wt) }), kept };
}

const mixer: Mixer<number, number> = {
  mix: (terms) => terms.reduce((sum, { prediction, weight }) => sum + weight * prediction, 0),
  update,
  hold,
};

test.each([
  [5, 1.25],
  [7.5, 1],
  [1, 1],
])('the weights of the run give the very run: w %s, w_t %s', async (w, wt) => {
  const { result, kept } = await run(w, wt, 1);
  expect(await replay(mixer, 1.5, kept, { steps, evaluations: gen1Guidance(w, wt) })).toBe(result);
});

test('other weights are exact where predictions do not follow the latents, else near', async () => {
  const evaluations = gen1Guidance(3, 0.5);
  const flat = await run(5, 1.25, 0);
  const want = await run(3, 0.5, 0);
  expect(await replay(mixer, 1.5, flat.kept, { steps, evaluations })).toBeCloseTo(want.result, 12);
  const curved = await run(5, 1.25, 0.05);
  const got = await replay(mixer, 1.5, curved.kept, { steps, evaluations });
  const exact = (await run(3, 0.5, 0.05)).result;
  expect(got).not.toBeCloseTo(exact, 12);
  expect(Math.abs(got - exact)).toBeLessThan(0.2 * Math.abs(curved.result - exact));
});

test('what a plain run leaves out is named, and refused', async () => {
  const { kept } = await run(5, 1, 1);
  const evaluations = gen1Guidance(5, 1.5);
  expect(missingEvaluations(kept, evaluations)).toEqual(['image-unconditional']);
  expect(() => replay(mixer, 1.5, kept, { steps, evaluations })).toThrow(/none of 'image-unconditional'/);
  expect(() => replay(mixer, 1.5, kept.slice(1), { steps, evaluations: gen1Guidance(5, 1) })).toThrow(
    /5 steps, got those of 4/,
  );
});
