import { expect } from 'vitest';
import type { Gpu, Recorder, Tensor } from '../../src/gpu/index.ts';
import { structureStepChannels, UNet } from '../../src/net/unet.ts';
import { readUNetConfig } from '../../src/net/unet_config.ts';
import { expectClose, relativeRms } from '../compare.ts';
import { gpuTest, hasF16 } from '../gpu.ts';
import { toNchw, toNhwc } from '../layout.ts';
import { loadJson, loadTensors } from '../tensors.ts';
import { evaluate, loadNetwork, type Values } from './network.ts';

const NANO = new URL('../../weights/nano/unet/', import.meta.url).pathname;

function load(gpu: Gpu) {
  const files = { config: `${NANO}config.json`, weights: `${NANO}diffusion_pytorch_model.safetensors` };
  return loadNetwork(gpu, files, (json, file, p) => new UNet(readUNetConfig(json, file), p));
}

interface Golden {
  readonly inputs: Readonly<Record<string, Values>>;
  readonly wanted: Readonly<Record<string, Float32Array>>;
}

async function loadGolden(network: UNet, name: string): Promise<Golden> {
  const io = await loadTensors(`nano/${name}.safetensors`);
  const { t, structure_step: step } = await loadJson<{ t: number; structure_step: number }>(
    `nano/${name}.json`,
  );
  const z = toNhwc(io['in.z']!);
  const channels = network.config.structureStepChannels;
  const shape = z.shape.with(3, channels);
  const pixels = z.data.length / network.config.latentChannels;
  const content = io['in.content']!.data;
  const wanted = Object.entries(io).filter(([key]) => key.startsWith('out.'));
  return {
    inputs: {
      z,
      structure: toNhwc(io['in.structure']!),
      structureStep: { shape, data: structureStepChannels(network.config, step, pixels) },
      timestep: { shape: [1], data: [t] },
      // Two contents: none, and the golden's.
      contents: { shape: [2, content.length], data: [...new Float32Array(content.length), ...content] },
      content: { shape: [1, content.length], data: content },
    },
    wanted: Object.fromEntries(wanted.map(([key, { data }]) => [key.slice(4), Float32Array.from(data)])),
  };
}

/** Records contents and evaluation in one program. */
function record(
  network: UNet,
  rec: Recorder,
  inputs: Readonly<Record<string, Tensor>>,
  content: string,
  video: boolean,
): Tensor {
  const { z, structure, structureStep, timestep, [content]: embeddings } = inputs;
  const keyValues = network.recordContent(rec, embeddings!);
  const given = { z: z!, structure: structure!, structureStep: structureStep!, timestep: timestep! };
  return network.record(rec, { ...given, keyValues, contents: embeddings!.shape[0]!, video });
}

function check(gpu: Gpu, got: Float32Array, want: Float32Array, label: string): void {
  if (gpu.precision === 'f32') expectClose(got, want, { atol: 2e-4, rtol: 2e-4, label });
  else expect(relativeRms(got, want), label).toBeLessThan(2e-2);
}

for (const precision of hasF16 ? (['f32', 'f16'] as const) : (['f32'] as const)) {
  gpuTest(
    `unet ${precision}: one clip, unconditional and conditional in one batch; the same frames as images`,
    async (gpu) => {
      using loaded = await load(gpu);
      const { network } = loaded;
      const { inputs, wanted } = await loadGolden(network, 'unet');
      const video = await evaluate(gpu, 'unet video', inputs, (rec, tensors) => ({
        out: record(network, rec, tensors, 'contents', true),
      }));
      const both = toNchw(video['out']!).data;
      const half = both.length / 2;
      check(gpu, both.subarray(0, half), wanted['video_unconditional']!, 'video_unconditional');
      check(gpu, both.subarray(half), wanted['video']!, 'video');
      const image = await evaluate(gpu, 'unet image', inputs, (rec, tensors) => ({
        out: record(network, rec, tensors, 'content', false),
      }));
      check(gpu, toNchw(image['out']!).data, wanted['image']!, 'image');
    },
    precision,
  );

  gpuTest(
    `unet ${precision}: another size and frame count`,
    async (gpu) => {
      using loaded = await load(gpu);
      const { network } = loaded;
      const { inputs, wanted } = await loadGolden(network, 'unet_6x10x3');
      const { out } = await evaluate(gpu, 'unet 6x10x3', inputs, (rec, tensors) => ({
        out: record(network, rec, tensors, 'content', true),
      }));
      check(gpu, toNchw(out!).data, wanted['video']!, 'video');
    },
    precision,
  );
}
