import { describe, expect } from 'vitest';
import { ClipVisionModel, readClipVisionConfig } from '../../src/net/clip_vision.ts';
import type { Gpu } from '../../src/gpu/index.ts';
import { gpuTest } from '../gpu.ts';
import { toNhwc } from '../layout.ts';
import { loadTensors } from '../tensors.ts';
import { expectGolden, loadModule, PRECISIONS } from './golden.ts';
import { evaluate, type Outputs, type Values } from './network.ts';

const CASES = [
  {
    golden: 'clip-vision-proj/io',
    folder: 'test/goldens/clip-vision-proj',
    names: [
      'image_embeds',
      'last_hidden_state',
      'hidden_states.0',
      'hidden_states.1',
      'hidden_states.penultimate',
    ],
  },
  {
    golden: 'nano/image_encoder',
    folder: 'weights/nano/image_encoder',
    names: ['image_embeds'],
  },
];

async function encode(gpu: Gpu, folder: string, pixels: Values): Promise<Outputs> {
  using vision = await loadModule(gpu, folder, (json, file, parameters) => {
    return new ClipVisionModel(readClipVisionConfig(json, file), parameters);
  });
  return await evaluate(gpu, folder, { pixels: { ...pixels, dtype: gpu.precision } }, (rec, { pixels }) => {
    const { hiddenStates, imageEmbeds } = vision.network.record(rec, pixels!);
    return {
      image_embeds: imageEmbeds,
      last_hidden_state: hiddenStates.at(-1)!,
      'hidden_states.0': hiddenStates[0]!,
      'hidden_states.1': hiddenStates[1]!,
      'hidden_states.penultimate': hiddenStates.at(-2)!,
    };
  });
}

for (const precision of PRECISIONS) {
  describe(precision, () => {
    for (const { golden, folder, names } of CASES) {
      gpuTest(
        golden,
        async (gpu) => {
          const tensors = await loadTensors(`${golden}.safetensors`);
          const got = await encode(gpu, folder, toNhwc(tensors['in.pixel_values']!));
          expectGolden(gpu, got, tensors, names);
        },
        precision,
      );
    }
  });
}

gpuTest('a picture of another size is refused', async (gpu) => {
  const pixels = { shape: [1, 96, 128, 3], data: new Float32Array(96 * 128 * 3) };
  await expect(encode(gpu, 'weights/nano/image_encoder', pixels)).rejects.toThrow(
    'expected pictures of 128×128, got 128×96',
  );
});
