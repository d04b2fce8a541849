import { expect } from 'vitest';
import { Recorder, type Gpu, type Tensor } from '../../src/gpu/index.ts';
import { structureStepChannels, UNet, type UNetInputs } from '../../src/net/unet.ts';
import { readUNetConfig } from '../../src/net/unet_config.ts';
import { gpuTest } from '../gpu.ts';
import { toNhwc } from '../layout.ts';
import { loadJson, loadTensors, type TestTensor } from '../tensors.ts';
import { expectGolden, loadModule, PRECISIONS } from './golden.ts';
import { evaluate, type Loaded, type Outputs, type Values } from './network.ts';

type Io = Readonly<Record<string, TestTensor>>;

const load = (gpu: Gpu): Promise<Loaded<UNet>> =>
  loadModule(gpu, 'weights/nano/unet', (json, file, parameters) => {
    return new UNet(readUNetConfig(json, file), parameters);
  });

const loadGolden = async (name: string) => ({
  io: await loadTensors(`nano/${name}.safetensors`),
  ...(await loadJson<{ t: number; structure_step: number }>(`nano/${name}.json`)),
});

/** One evaluation of the golden's first `frames` frames with `contents`, a row an embedding, zeros for none. */
async function predict(
  gpu: Gpu,
  network: UNet,
  golden: { readonly io: Io; readonly t: number; readonly structure_step: number },
  contents: readonly ArrayLike<number>[],
  { video, frames = golden.io['in.z']!.shape[0]! }: { readonly video: boolean; readonly frames?: number },
): Promise<Outputs[string]> {
  const first = ({ shape, data }: Values & { data: Float32Array }): Values => ({
    shape: shape.with(0, frames),
    data: data.subarray(0, (data.length / shape[0]!) * frames),
  });
  const z = first(toNhwc(golden.io['in.z']!));
  const { latentChannels, structureStepChannels: channels, contentDim } = network.config;
  const pixels = z.data.length / latentChannels;
  const step = structureStepChannels(network.config, golden.structure_step, pixels);
  const inputs = {
    z,
    structure: first(toNhwc(golden.io['in.structure']!)),
    structureStep: { shape: z.shape.with(3, channels), data: step },
    timestep: { shape: [1], data: [golden.t] },
    content: { shape: [contents.length, contentDim], data: contents.flatMap((row) => Array.from(row)) },
  };
  const { out } = await evaluate(
    gpu,
    'unet',
    inputs,
    (rec, { z, structure, structureStep, timestep, content }) => {
      const given = { z: z!, structure: structure!, structureStep: structureStep!, timestep: timestep! };
      const keyValues = network.recordContent(rec, content!);
      return { out: network.record(rec, { ...given, keyValues, contents: contents.length, video }) };
    },
  );
  return out!;
}

/** `count` images of `output` from number `start`. */
function images({ shape, data }: Outputs[string], start: number, count: number): Outputs[string] {
  const size = data.length / shape[0]!;
  return { shape: shape.with(0, count), data: data.subarray(start * size, (start + count) * size) };
}

for (const precision of PRECISIONS) {
  gpuTest(
    `unet ${precision}: a clip without and with content in one batch; the same frames as images`,
    async (gpu) => {
      using loaded = await load(gpu);
      const { network } = loaded;
      const golden = await loadGolden('unet');
      const embedding = golden.io['in.content']!.data;
      const none = new Float32Array(embedding.length);
      const clip = await predict(gpu, network, golden, [none, embedding], { video: true });
      const outputs = { video_unconditional: images(clip, 0, 8), video: images(clip, 8, 8) };
      expectGolden(gpu, outputs, golden.io, ['video_unconditional', 'video']);
      const image = await predict(gpu, network, golden, [embedding], { video: false });
      expectGolden(gpu, { image }, golden.io, ['image']);
    },
    precision,
  );

  gpuTest(
    `unet ${precision}: another size and frame count`,
    async (gpu) => {
      using loaded = await load(gpu);
      const { network } = loaded;
      const golden = await loadGolden('unet_6x10x3');
      const content = golden.io['in.content']!.data;
      const video = await predict(gpu, network, golden, [content], { video: true });
      expectGolden(gpu, { video }, golden.io, ['video']);
    },
    precision,
  );
}

gpuTest('unet: a clip of one frame is an image', async (gpu) => {
  using loaded = await load(gpu);
  const { network } = loaded;
  const golden = await loadGolden('unet');
  const content = golden.io['in.content']!.data;
  const got = await predict(gpu, network, golden, [content], { video: true, frames: 1 });
  const [, channels = 0, height = 0, width = 0] = golden.io['out.image']!.shape;
  const frame = golden.io['out.image']!.data.subarray(0, channels * height * width);
  const image = { shape: [1, channels, height, width], data: frame };
  expectGolden(gpu, { image: got }, { 'out.image': image }, ['image']);
});

gpuTest('unet: refuses what does not fit, by name', async (gpu) => {
  using loaded = await load(gpu);
  const { network } = loaded;
  const record = (change: Partial<UNetInputs>, frames = 2) => {
    const rec = new Recorder(gpu, 'refused');
    const latent = (name: string, channels: number): Tensor =>
      rec.input(name, [frames, 4, 4, channels], 'f32');
    const keyValues = network.recordContent(rec, rec.input('content', [1, 128], 'f32'));
    const timestep = rec.input('timestep', [1], 'f32');
    const given = {
      z: latent('z', 24),
      structure: latent('structure', 24),
      structureStep: latent('step', 4),
    };
    network.record(rec, { ...given, timestep, keyValues, contents: 1, video: true, ...change });
  };
  record({});
  const structure: Tensor = { shape: [2, 4, 4, 20], dtype: 'f32', label: 'structure' };
  expect(() => record({ structure })).toThrow(/expected an input \[2, 4, 4, 24\], got \[2, 4, 4, 20\]/);
  expect(() => record({ keyValues: new Map() })).toThrow(/keys and values for every attention/);
  expect(() => record({}, 33)).toThrow(/clips of at most 32 frames, got 33/);
  expect(() => structureStepChannels(network.config, 8, 1)).toThrow(/whole number of 0 to 7, got 8/);
  await Promise.resolve();
});
