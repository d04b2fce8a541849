import { join } from 'node:path';
import type { Gpu } from '../../src/gpu/index.ts';
import { type EncodedPrompt, Prior } from '../../src/editor/content/prior_loop.ts';
import { PRIOR_TOKENS, PriorTransformer, readPriorConfig } from '../../src/net/prior.ts';
import { readUnclipSchedule } from '../../src/sampler/index.ts';
import { evaluate, type Outputs } from '../../test/net/network.ts';
import { loadJson, type TestTensor } from '../../test/tensors.ts';
import type { GoldenCase } from './cases.ts';
import { inputOf, networkRunner } from './network.ts';

/** The two layouts of golden inputs, [unconditional, conditional] rows each. */
interface Rows {
  readonly latents: ArrayLike<number>;
  readonly timestep: number;
  readonly textEmbeds: ArrayLike<number>;
  readonly textStates: ArrayLike<number>;
  readonly mask: ArrayLike<number>;
  /** Of the sampling loop: index 0 is its start. */
  readonly noise: (index: number) => ArrayLike<number>;
}

/** PriorTransformer: one guided evaluation with and without mask, and the UnCLIP loop with the golden's noises. */
export const prior = networkRunner(
  (json, file, parameters) => new PriorTransformer(readPriorConfig(json, file), parameters),
  async ({ gpu, network, io, golden, watch }) => {
    const rows = 'in.latents' in io ? publishedRows(gpu, io) : bundleRows(gpu, io, golden);
    const masked = await predict(gpu, network, rows, golden.name, true, watch);
    const unmasked = await predict(gpu, network, rows, golden.name, false);
    const looped = await loop(gpu, network, rows, golden);
    return {
      ...masked,
      ...looped,
      first: masked['prediction']!,
      predicted_image_embedding: masked['prediction']!,
      'predicted_image_embedding.no_mask': unmasked['prediction']!,
    };
  },
);

function publishedRows(gpu: Gpu, io: Readonly<Record<string, TestTensor>>): Rows {
  const data = (name: string) => inputOf(gpu, io, name).data;
  return {
    latents: data('in.hidden_states'),
    timestep: data('in.timestep')[0]!,
    textEmbeds: data('in.proj_embedding'),
    textStates: data('in.encoder_hidden_states'),
    mask: data('in.attention_mask'),
    noise: (index) => data(index === 0 ? 'in.latents' : `in.noise.${index - 1}`),
  };
}

function bundleRows(gpu: Gpu, io: Readonly<Record<string, TestTensor>>, { parameters }: GoldenCase): Rows {
  const data = (name: string) => inputOf(gpu, io, name).data;
  const size = io['in.noise']!.shape.at(-1)!;
  const noise = (index: number) => io['in.noise']!.data.subarray(index * size, (index + 1) * size);
  return {
    latents: [...noise(0), ...noise(0)],
    timestep: (parameters as { timesteps: number[] }).timesteps[0]!,
    textEmbeds: data('in.text_embeds'),
    textStates: data('in.hidden_states'),
    mask: data('in.mask'),
    noise,
  };
}

async function predict(
  gpu: Gpu,
  network: PriorTransformer,
  { latents, timestep, textEmbeds, textStates, mask }: Rows,
  name: string,
  masked: boolean,
  watch?: (module: string) => boolean,
): Promise<Outputs> {
  const { embeddingSize, textTokens } = network.config;
  const dtype = gpu.precision;
  const visible = [0, 1].flatMap((row) => [
    ...Array.from({ length: textTokens }, (_, i) => mask[row * textTokens + i]!),
    ...Array<number>(PRIOR_TOKENS).fill(1),
  ]);
  return evaluate(
    gpu,
    name,
    {
      latents: { shape: [2, embeddingSize], data: latents, dtype },
      timestep: { shape: [2], data: [timestep, timestep] },
      textEmbeds: { shape: [2, embeddingSize], data: textEmbeds, dtype },
      textStates: { shape: [2 * textTokens, embeddingSize], data: textStates, dtype },
      mask: { shape: [2, textTokens + PRIOR_TOKENS], data: visible, dtype: 'u32' },
    },
    (rec, { latents, timestep, textEmbeds, textStates, mask }) => ({
      prediction: network.record(rec, {
        latents: latents!,
        timestep: timestep!,
        textEmbeds: textEmbeds!,
        textStates: textStates!,
        ...(masked && { mask: mask! }),
      }),
    }),
    watch,
  );
}

/** The sampling loop: `traj.i` or `trace`, and what it ends in. */
async function loop(gpu: Gpu, network: PriorTransformer, rows: Rows, golden: GoldenCase): Promise<Outputs> {
  const { guidance, timesteps } = golden.parameters as { guidance: number; timesteps: number[] };
  const scheduler = golden.parameters['scheduler'] ?? (await bundledScheduler(golden));
  const { embeddingSize: size, textTokens } = network.config;
  const prompt = (row: number): EncodedPrompt => ({
    textEmbeds: part(rows.textEmbeds, row, size),
    textStates: part(rows.textStates, row, textTokens * size),
    mask: part(rows.mask, row, textTokens),
  });
  using sampler = await Prior.create(gpu, network, readUnclipSchedule(scheduler), {
    steps: timesteps.length,
    guidance,
  });
  const trace: Float32Array[] = [];
  const { embedding, content } = await sampler.sample(prompt(1), prompt(0), {
    noise: rows.noise,
    onStep: (state) => trace.push(Float32Array.from(state)),
  });
  const row = (data: ArrayLike<number>) => ({ shape: [1, size], data: Float32Array.from(data) });
  return {
    ...Object.fromEntries(trace.map((state, i) => [`traj.${i}`, row(state)])),
    trace: { shape: [trace.length, 1, size], data: Float32Array.from(trace.flatMap((state) => [...state])) },
    embedding: row(embedding),
    image_embeds: row(embedding),
    content: row(content),
  };
}

function bundledScheduler({ model = '' }: GoldenCase): Promise<unknown> {
  return loadJson(join(model, '..', 'prior_scheduler', 'scheduler_config.json'));
}

function part(values: ArrayLike<number>, row: number, length: number): Float32Array {
  return Float32Array.from(values).subarray(row * length, (row + 1) * length);
}
