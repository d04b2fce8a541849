import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { DptModel } from '../../src/net/dpt.ts';
import { readDptConfig } from '../../src/net/dpt_config.ts';
import { WeightsError } from '../../src/net/errors.ts';
import type { Gpu } from '../../src/gpu/index.ts';
import { gpuTest } from '../gpu.ts';
import { toNhwc } from '../layout.ts';
import { loadTensors } from '../tensors.ts';
import { expectGolden, loadModule, PRECISIONS } from './golden.ts';
import { evaluate, type Outputs, type Values } from './network.ts';

const LARGE = 'test/goldens/dpt-large';
const NANO = 'weights/nano/depth_estimator';

const CASES = [
  {
    golden: 'dpt-large/io',
    folder: LARGE,
    pixels: 'in.pixel_values',
    depth: 'predicted_depth',
    modules: [
      'dpt.embeddings',
      'dpt.encoder.layer.0',
      'dpt.encoder.layer.last',
      'neck.reassemble_stage.layers.2',
      'neck.fusion_stage.layers.0',
      'neck.fusion_stage.layers.3',
    ],
  },
  {
    golden: 'dpt-large/io',
    folder: LARGE,
    pixels: 'in.pixel_values_other_size',
    depth: 'predicted_depth.other_size',
    modules: [],
  },
  {
    golden: 'nano/depth_estimator',
    folder: NANO,
    pixels: 'in.pixel_values',
    depth: 'predicted_depth',
    modules: [],
  },
  {
    golden: 'nano/depth_estimator_160x96',
    folder: NANO,
    pixels: 'in.pixel_values',
    depth: 'predicted_depth',
    modules: [],
  },
];

const picture = (height: number, width: number): Values => ({
  shape: [1, height, width, 3],
  data: new Float32Array(height * width * 3).fill(0.25),
});

/** `depth` and every module that a scope names. */
async function estimate(gpu: Gpu, folder: string, pixels: Values): Promise<Outputs> {
  using dpt = await loadModule(gpu, folder, (json, file, parameters) => {
    return new DptModel(readDptConfig(json, file), parameters);
  });
  const inputs = { pixels: { ...pixels, dtype: gpu.precision } };
  const got = await evaluate(
    gpu,
    folder,
    inputs,
    (rec, { pixels }) => ({ depth: dpt.network.record(rec, pixels!) }),
    () => true,
  );
  return {
    ...got,
    'dpt.encoder.layer.last': got[`dpt.encoder.layer.${dpt.network.config.outIndices.at(-1)}`]!,
  };
}

for (const precision of PRECISIONS) {
  describe(precision, () => {
    for (const { golden, folder, pixels, depth, modules } of CASES) {
      gpuTest(
        `${golden} ${depth}`,
        async (gpu) => {
          const tensors = await loadTensors(`${golden}.safetensors`);
          const got = await estimate(gpu, folder, toNhwc(tensors[pixels]!));
          expectGolden(gpu, { ...got, [depth]: got['depth']! }, tensors, [depth, ...modules]);
        },
        precision,
      );
    }
  });
}

gpuTest(
  'an odd patch grid: finer maps are resized and the result is rounded up, as in transformers',
  async (gpu) => {
    const { depth } = await estimate(gpu, LARGE, picture(80, 48));
    expect(depth!.shape).toEqual([1, 96, 64, 1]);
    expect(depth!.data.every(Number.isFinite)).toBe(true);
  },
);

gpuTest('sides that are no multiples of the patch are refused', async (gpu) => {
  await expect(estimate(gpu, LARGE, picture(72, 64))).rejects.toThrow('multiples of 16, got 64×72');
});

test.each([
  ['is_hybrid', true],
  ['backbone_config', { model_type: 'bit' }],
  ['readout_type', 'add'],
  ['reassemble_factors', [1, 1, 1, 0.5]],
  ['use_batch_norm_in_fusion_residual', true],
  ['add_projection', true],
  ['head_in_index', 0],
  ['backbone_out_indices', [0, 1, 2, 4]],
  ['hidden_act', 'relu'],
])('a config with %s %j is refused by name', async (key, value) => {
  const json = JSON.parse(
    await readFile(new URL('../goldens/dpt-large/config.json', import.meta.url), 'utf8'),
  ) as object;
  const read = () => readDptConfig({ ...json, [key]: value }, 'config.json');
  expect(read).toThrow(WeightsError);
  expect(read).toThrow(key);
});
