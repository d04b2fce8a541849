// Eq. 8 and the DDIM step after it on real network outputs, against the shared goldens/gen1-guidance.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SHARED } from '../../bin/shared.ts';
import { ddimSteps, gen1Guidance, readSchedule, type Evaluation } from '../../src/sampler/index.ts';
import { expectClose } from '../compare.ts';
import { floats, loadJson, loadTensors } from '../tensors.ts';
import { applyStep } from './apply.ts';

const GOLDEN = join(SHARED, 'goldens/gen1-guidance');
const OUTPUTS: Record<Evaluation, string> = {
  'image-unconditional': 'out.step0.image_uncond',
  'video-unconditional': 'out.step0.video_uncond',
  'video-conditional': 'out.step0.video_cond',
};

test('guided output and first step', async () => {
  const meta = await loadJson<{
    w: number;
    w_t: number;
    steps: number;
    scheduler: unknown;
    timesteps: { plain: number[] };
  }>(join(GOLDEN, 'meta.json'));
  const tensors = await loadTensors(join(GOLDEN, 'io.safetensors'));
  const latents = floats(tensors, 'in.latents');
  const guided = new Float64Array(latents.length);
  for (const { evaluation, weight } of gen1Guidance(meta.w, meta.w_t)) {
    floats(tensors, OUTPUTS[evaluation]).forEach((value, i) => (guided[i]! += weight * value));
  }
  expectClose(guided, floats(tensors, 'out.step0.guided'), { atol: 2e-5, rtol: 2e-5, label: 'guided' });
  const steps = ddimSteps(readSchedule(meta.scheduler), { steps: meta.steps, stepping: 'diffusers' });
  expect(steps.map(({ timestep }) => timestep)).toEqual(meta.timesteps.plain);
  const next = applyStep(steps[0]!, latents, guided);
  expectClose(next, floats(tensors, 'out.plain.traj.0'), { atol: 2e-4, rtol: 2e-4, label: 'step 0' });
});
