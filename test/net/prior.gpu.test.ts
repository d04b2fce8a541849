import { describe, expect } from 'vitest';
import { type Gpu, Recorder } from '../../src/gpu/index.ts';
import { PRIOR_TOKENS, PriorTransformer, readPriorConfig } from '../../src/net/prior.ts';
import { gpuTest } from '../gpu.ts';
import { floats, loadTensors, type TestTensor } from '../tensors.ts';
import { expectGolden, loadModule, PRECISIONS } from './golden.ts';
import { evaluate, type Outputs } from './network.ts';

interface Evaluation {
  readonly latents: ArrayLike<number>;
  readonly timestep: number;
  readonly textEmbeds: ArrayLike<number>;
  readonly textStates: ArrayLike<number>;
  readonly mask?: ArrayLike<number>;
}

/** One evaluation on a batch of two: `prediction` and every module that a scope names. */
async function predict(gpu: Gpu, folder: string, inputs: Evaluation): Promise<Outputs> {
  using prior = await loadModule(gpu, folder, (json, file, parameters) => {
    return new PriorTransformer(readPriorConfig(json, file), parameters);
  });
  const { embeddingSize: size, textTokens } = prior.network.config;
  const { latents, timestep, textEmbeds, textStates, mask } = inputs;
  const dtype = gpu.precision;
  const padded = [0, 1].flatMap((row) => [
    ...Array.from({ length: textTokens }, (_, i) => mask?.[row * textTokens + i] ?? 1),
    ...Array<number>(PRIOR_TOKENS).fill(1),
  ]);
  return await evaluate(
    gpu,
    folder,
    {
      latents: { shape: [2, size], data: latents, dtype },
      timestep: { shape: [2], data: [timestep, timestep] },
      textEmbeds: { shape: [2, size], data: textEmbeds, dtype },
      textStates: { shape: [2 * textTokens, size], data: textStates, dtype },
      ...(mask && { mask: { shape: [2, textTokens + PRIOR_TOKENS], data: padded, dtype: 'u32' } }),
    },
    (rec, { latents, timestep, textEmbeds, textStates, mask }) => ({
      prediction: prior.network.record(rec, {
        latents: latents!,
        timestep: timestep!,
        textEmbeds: textEmbeds!,
        textStates: textStates!,
        ...(mask && { mask }),
      }),
    }),
    () => true,
  );
}

function tinyInputs(golden: Record<string, TestTensor>) {
  return {
    latents: floats(golden, 'in.hidden_states'),
    timestep: golden['in.timestep']!.data[0]!,
    textEmbeds: floats(golden, 'in.proj_embedding'),
    textStates: floats(golden, 'in.encoder_hidden_states'),
  };
}

const TINY = 'test/goldens/prior-transformer';
const NANO = 'weights/nano/prior';

for (const precision of PRECISIONS) {
  describe(precision, () => {
    gpuTest(
      'prior-transformer with a mask: causal, padding hidden, inner activations',
      async (gpu) => {
        const golden = await loadTensors('prior-transformer/io.safetensors');
        const mask = golden['in.attention_mask']!.data;
        const got = await predict(gpu, TINY, { ...tinyInputs(golden), mask });
        const names = ['time_embedding', 'proj_in', 'transformer_blocks.0', 'norm_out'];
        const all = { ...got, predicted_image_embedding: got['prediction']! };
        expectGolden(gpu, all, golden, ['predicted_image_embedding', ...names]);
      },
      precision,
    );

    gpuTest(
      'prior-transformer without a mask: not causal either',
      async (gpu) => {
        const golden = await loadTensors('prior-transformer/io.safetensors');
        const got = await predict(gpu, TINY, tinyInputs(golden));
        const name = 'predicted_image_embedding.no_mask';
        expectGolden(gpu, { [name]: got['prediction']! }, golden, [name]);
      },
      precision,
    );

    gpuTest(
      'nano/prior: the first evaluation',
      async (gpu) => {
        const golden = await loadTensors('nano/prior.safetensors');
        const start = floats(golden, 'in.noise').subarray(0, 128);
        const got = await predict(gpu, NANO, {
          latents: [...start, ...start],
          timestep: 999,
          textEmbeds: floats(golden, 'in.text_embeds'),
          textStates: floats(golden, 'in.hidden_states'),
          mask: floats(golden, 'in.mask'),
        });
        expectGolden(gpu, { first: got['prediction']! }, golden, ['first']);
      },
      precision,
    );
  });
}

gpuTest('a mask without room for the four further tokens is refused', async (gpu) => {
  using prior = await loadModule(gpu, TINY, (json, file, parameters) => {
    return new PriorTransformer(readPriorConfig(json, file), parameters);
  });
  const rec = new Recorder(gpu, 'refused');
  const inputs = {
    latents: rec.input('latents', [1, 24], 'f32'),
    timestep: rec.input('timestep', [1], 'f32'),
    textEmbeds: rec.input('textEmbeds', [1, 24], 'f32'),
    textStates: rec.input('textStates', [12, 24], 'f32'),
    mask: rec.input('mask', [1, 12], 'u32'),
  };
  expect(() => prior.network.record(rec, inputs)).toThrow('expected mask [1, 16], got [1, 12]');
});
