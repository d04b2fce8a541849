import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { ClipTextModel, endRows, readClipTextConfig } from '../../src/net/clip_text.ts';
import type { Gpu, Tensor } from '../../src/gpu/index.ts';
import { Parameters } from '../../src/net/parameters.ts';
import { openSafetensors } from '../../src/net/safetensors.ts';
import { bytesSource } from '../../src/net/source.ts';
import { gpuTest } from '../gpu.ts';
import { loadTensors, type TestTensor } from '../tensors.ts';
import { expectGolden, loadModule, PRECISIONS } from './golden.ts';
import { evaluate, type Outputs } from './network.ts';

const CASES = [
  {
    golden: 'clip-text-sd15/io',
    folder: 'test/goldens/clip-text-sd15',
    ids: 'in.input_ids',
    names: ['last_hidden_state', 'pooler_output', 'hidden_states.0', 'hidden_states.1', 'hidden_states.last'],
    skips: [1, 2],
  },
  {
    golden: 'clip-text-sd2/io',
    folder: 'test/goldens/clip-text-sd2',
    ids: 'in.input_ids',
    names: ['last_hidden_state', 'pooler_output', 'hidden_states.0', 'hidden_states.1', 'hidden_states.last'],
    skips: [],
  },
  {
    golden: 'clip-text-proj/io',
    folder: 'test/goldens/clip-text-proj',
    ids: 'in.input_ids',
    names: ['last_hidden_state', 'text_embeds', 'hidden_states.0', 'hidden_states.1', 'hidden_states.last'],
    skips: [],
  },
  {
    golden: 'nano/text_encoder',
    folder: 'weights/nano/text_encoder',
    ids: 'in.ids',
    names: ['last_hidden_state', 'text_embeds'],
    skips: [],
  },
];

async function encode(gpu: Gpu, folder: string, ids: TestTensor, skips: readonly number[]): Promise<Outputs> {
  using text = await loadModule(gpu, folder, (json, file, parameters) => {
    return new ClipTextModel(readClipTextConfig(json, file), parameters);
  });
  return await run(gpu, text.network, ids, skips);
}

async function run(
  gpu: Gpu,
  model: ClipTextModel,
  { data, shape }: TestTensor,
  skips: readonly number[],
): Promise<Outputs> {
  const [batch = 0, tokens = 0] = shape;
  const ends = endRows(data, tokens, model.config.eosTokenId);
  const inputs = {
    ids: { shape, data, dtype: 'u32' },
    ends: { shape: [batch], data: ends, dtype: 'u32' },
  } as const;
  return evaluate(gpu, 'text', inputs, (rec, { ids, ends }) => {
    const { hiddenStates, lastHiddenState, pooled, textEmbeds } = model.record(rec, ids!, ends!);
    const skipped = skips.map((k): [string, Tensor] => [
      `clip_skip.${k}`,
      model.finalNorm(rec, hiddenStates.at(-1 - k)!),
    ]);
    return {
      'hidden_states.0': hiddenStates[0]!,
      'hidden_states.1': hiddenStates[1]!,
      'hidden_states.last': hiddenStates.at(-1)!,
      last_hidden_state: lastHiddenState,
      pooler_output: pooled,
      ...(textEmbeds && { text_embeds: textEmbeds }),
      ...Object.fromEntries(skipped),
    };
  });
}

for (const precision of PRECISIONS) {
  describe(precision, () => {
    for (const { golden, folder, ids, names, skips } of CASES) {
      gpuTest(
        golden,
        async (gpu) => {
          const tensors = await loadTensors(`${golden}.safetensors`);
          const got = await encode(gpu, folder, tensors[ids]!, skips);
          expectGolden(gpu, got, tensors, [...names, ...skips.map((k) => `clip_skip.${k}`)]);
        },
        precision,
      );
    }
  });
}

gpuTest('a file of transformers 5, without the prefix text_model, is read alike', async (gpu) => {
  const golden = await loadTensors('clip-text-proj/io.safetensors');
  const folder = new URL('../goldens/clip-text-proj/', import.meta.url);
  const bytes = await readFile(new URL('model.safetensors', folder));
  const length = Number(bytes.readBigUInt64LE(0));
  const header = bytes
    .toString('utf8', 8, 8 + length)
    .replaceAll('"text_model.', '"')
    .padEnd(length);
  bytes.write(header, 8);
  const config: unknown = JSON.parse(await readFile(new URL('config.json', folder), 'utf8'));
  using parameters = new Parameters(gpu, await openSafetensors(bytesSource(bytes)));
  const model = new ClipTextModel(readClipTextConfig(config, 'config.json'), parameters);
  await parameters.load();
  const got = await run(gpu, model, golden['in.input_ids']!, []);
  expectGolden(gpu, got, golden, ['text_embeds']);
});

gpuTest('a prompt shorter than the tower allows gives the same states: attention is causal', async (gpu) => {
  const { data, shape } = (await loadTensors('nano/text_encoder.safetensors'))['in.ids']!;
  const short = { shape: [1, 12], data: Int32Array.from(data.subarray(0, 12)) };
  const whole = await encode(gpu, 'weights/nano/text_encoder', { shape, data }, []);
  const part = await encode(gpu, 'weights/nano/text_encoder', short, []);
  const got = Array.from(part['last_hidden_state']!.data);
  const want = Array.from(whole['last_hidden_state']!.data).slice(0, got.length);
  const worst = Math.max(...got.map((x, i) => Math.abs(x - want[i]!)));
  expect(worst).toBeLessThan(1e-4);
});

gpuTest('a prompt longer than the tower allows is refused', async (gpu) => {
  const ids = { shape: [1, 33], data: new Int32Array(33) };
  await expect(encode(gpu, 'weights/nano/text_encoder', ids, [])).rejects.toThrow(
    /tokens up to 32.*\[1, 33\]/,
  );
});

test('the end of text is the first end mark, or the highest id where the config says 2', () => {
  const ids = [9, 3, 7, 7, 9, 8, 3, 2];
  expect([...endRows(ids, 4, 7)]).toEqual([2, 4]);
  expect([...endRows(ids, 4, 2)]).toEqual([0, 4]);
});
