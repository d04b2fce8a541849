import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { type EncodedPrompt, Prior, priorNoise, unitContent } from '../../src/editor/content/prior_loop.ts';
import type { Gpu } from '../../src/gpu/index.ts';
import { PriorTransformer, readPriorConfig } from '../../src/net/prior.ts';
import { gaussianNoise, readUnclipSchedule } from '../../src/sampler/index.ts';
import { expectClose } from '../compare.ts';
import { gpuTest } from '../gpu.ts';
import { loadModule } from '../net/golden.ts';
import { floats, loadJson, loadTensors, type TestTensor } from '../tensors.ts';

const TOLERANCE = { atol: 2e-4, rtol: 2e-4 };

const load = (gpu: Gpu, folder: string) =>
  loadModule(
    gpu,
    folder,
    (json, file, parameters) => new PriorTransformer(readPriorConfig(json, file), parameters),
  );

/** Rows of a batch of two: the empty prompt, then the prompt. */
function prompts(
  golden: Record<string, TestTensor>,
  names: Record<keyof EncodedPrompt, string>,
): [empty: EncodedPrompt, prompt: EncodedPrompt] {
  const row = (name: string, index: number) => {
    const { data } = golden[name]!;
    return data.subarray((index * data.length) / 2, ((index + 1) * data.length) / 2);
  };
  const encoded = (index: number) => ({
    textEmbeds: row(names.textEmbeds, index),
    textStates: row(names.textStates, index),
    mask: row(names.mask, index),
  });
  return [encoded(0), encoded(1)];
}

const NANO = { textEmbeds: 'in.text_embeds', textStates: 'in.hidden_states', mask: 'in.mask' };

gpuTest('nano/prior: the whole loop with the given noises', async (gpu) => {
  const golden = await loadTensors('nano/prior.safetensors');
  const { guidance, timesteps } = await loadJson<{ guidance: number; timesteps: number[] }>(
    'nano/prior.json',
  );
  const scheduler = new URL('../../weights/nano/prior_scheduler/scheduler_config.json', import.meta.url);
  const schedule = readUnclipSchedule(JSON.parse(await readFile(scheduler, 'utf8')));
  using model = await load(gpu, 'weights/nano/prior');
  const settings = { steps: timesteps.length, guidance };
  using prior = await Prior.create(gpu, model.network, schedule, settings);
  const [empty, prompt] = prompts(golden, NANO);
  const noises = floats(golden, 'in.noise');
  const trace: number[] = [];
  const { embedding, content } = await prior.sample(prompt, empty, {
    noise: (index) => noises.subarray(index * 128, (index + 1) * 128),
    onStep: (state) => trace.push(...state),
  });
  expectClose(trace, floats(golden, 'out.trace'), { ...TOLERANCE, label: 'trace' });
  expectClose(embedding, floats(golden, 'out.embedding'), { ...TOLERANCE, label: 'embedding' });
  expectClose(content, floats(golden, 'out.content'), { ...TOLERANCE, label: 'content' });
});

gpuTest('prior-transformer: the loop of diffusers, five steps with guidance 4', async (gpu) => {
  const golden = await loadTensors('prior-transformer/io.safetensors');
  const meta = await loadJson<{ scheduler: object; guidance: number; timesteps: number[] }>(
    'prior-transformer/meta.json',
  );
  using model = await load(gpu, 'test/goldens/prior-transformer');
  const settings = { steps: meta.timesteps.length, guidance: meta.guidance };
  using prior = await Prior.create(gpu, model.network, readUnclipSchedule(meta.scheduler), settings);
  const [empty, prompt] = prompts(golden, {
    textEmbeds: 'in.proj_embedding',
    textStates: 'in.encoder_hidden_states',
    mask: 'in.attention_mask',
  });
  const { embedding } = await prior.sample(prompt, empty, {
    noise: (index) => floats(golden, index === 0 ? 'in.latents' : `in.noise.${index - 1}`),
    onStep: (state, done) =>
      expectClose(state, floats(golden, `out.traj.${done - 1}`), { ...TOLERANCE, label: `step ${done}` }),
  });
  expectClose(embedding, floats(golden, 'out.image_embeds'), { ...TOLERANCE, label: 'image_embeds' });
});

gpuTest('an aborted run rejects with the reason after the step at hand', async (gpu) => {
  const golden = await loadTensors('nano/prior.safetensors');
  using model = await load(gpu, 'weights/nano/prior');
  const settings = { steps: 25, guidance: 1 };
  using prior = await Prior.create(gpu, model.network, readUnclipSchedule({}), settings);
  const [empty, prompt] = prompts(golden, NANO);
  const abort = new AbortController();
  let steps = 0;
  const run = prior.sample(prompt, empty, {
    noise: priorNoise(7, 128),
    signal: abort.signal,
    onStep: () => {
      if (++steps === 2) abort.abort(new Error('enough'));
    },
  });
  await expect(run).rejects.toThrow('enough');
  expect(steps).toBe(2);
});

test('noise of a seed repeats, and is not that of the latents of the same seed', () => {
  const first = priorNoise(7, 8)(0);
  expect(priorNoise(7, 8)(0)).toEqual(first);
  expect(priorNoise(7, 8)(1)).not.toEqual(first);
  expect(gaussianNoise({ seed: 7, frame: 0 }, new Float64Array(8))).not.toEqual(first);
});

test('content has norm √E, and nothing stays nothing', () => {
  expect(Math.hypot(...unitContent([3, 4, 0, 0]))).toBeCloseTo(2, 12);
  expect([...unitContent([0, 0])]).toEqual([0, 0]);
});
