import { structureStepChannels, UNet } from '../../src/net/unet.ts';
import { readUNetConfig } from '../../src/net/unet_config.ts';
import { evaluate, type Outputs } from '../../test/net/network.ts';
import { inputOf, networkRunner } from './network.ts';

/** What each output of the golden evaluates: with or without the content, over the clip or frame by frame. */
const OUTPUTS = {
  video: { content: true, video: true },
  video_unconditional: { content: false, video: true },
  image: { content: true, video: false },
} as const;

/** Gen1UNet3DConditionModel at one timestep and structure step. */
export const unet = networkRunner(
  (json, file, parameters) => new UNet(readUNetConfig(json, file), parameters),
  async ({ gpu, network, io, golden, watch }) => {
    const { t, structure_step: step } = golden.parameters as { t: number; structure_step: number };
    const { structureStepChannels: channels, latentChannels, contentDim } = network.config;
    const z = inputOf(gpu, io, 'in.z');
    const structureStep = structureStepChannels(network.config, step, z.data.length / latentChannels);
    const inputs = {
      z,
      structure: inputOf(gpu, io, 'in.structure'),
      structureStep: { shape: z.shape.with(3, channels), data: structureStep, dtype: gpu.precision },
      timestep: { shape: [1], data: [t] },
    };
    const outputs: Record<string, Outputs[string]> = {};
    for (const [name, mode] of Object.entries(OUTPUTS)) {
      if (!(`out.${name}` in io)) continue;
      const embedding = mode.content ? inputOf(gpu, io, 'in.content').data : new Float32Array(contentDim);
      const evaluated = await evaluate(
        gpu,
        `${golden.name} ${name}`,
        { ...inputs, content: { shape: [1, contentDim], data: embedding, dtype: gpu.precision } },
        (rec, { z, structure, structureStep, timestep, content }) => {
          const keyValues = network.recordContent(rec, content!);
          const given = { z: z!, structure: structure!, structureStep: structureStep!, timestep: timestep! };
          return { [name]: network.record(rec, { ...given, keyValues, contents: 1, video: mode.video }) };
        },
        watch,
      );
      Object.assign(outputs, evaluated);
    }
    return outputs;
  },
);
