// Gen1UNet3DConditionModel: the bundled model's UNet, after Gen-1 (Esser et al. 2023, section 3): UNet2DConditionModel of
// diffusers with temporal convolutions and attention, structure latents beside z, and content as cross-attention tokens.
import { shapeText, type Recorder, type Tensor } from '../gpu/index.ts';
import { conv2d, type ConvWeight } from '../kernels/conv2d.ts';
import { concat } from '../kernels/copy.ts';
import { groupNorm, type NormWeight } from '../kernels/group_norm.ts';
import { layerNorm } from '../kernels/layer_norm.ts';
import { linear, type LinearWeight } from '../kernels/matmul.ts';
import { timestepEmbedding } from '../kernels/timestep_embedding.ts';
import type { Parameters } from './parameters.ts';
import { LAYER_NORM_EPS, type SpatialTransformer } from './transformer.ts';
import { type BlockBuilder, DownBlock, type Evaluation, MidBlock, UpBlock } from './unet_blocks.ts';
import type { UNetConfig } from './unet_config.ts';

/** Inputs of one evaluation. */
export interface UNetInputs {
  /** Noisy video latents `[frames, h, w, latentChannels]`; all contents of the batch share them. */
  readonly z: Tensor;
  /** Scaled structure latents `[frames, h, w, structureChannels]`. */
  readonly structure: Tensor;
  /** {@link structureStepChannels}, `[frames, h, w, structureStepChannels]`. */
  readonly structureStep: Tensor;
  /** f32 `[1]`, in training timesteps. */
  readonly timestep: Tensor;
  /** By attention, `[contents · tokens, 2C]`: what {@link UNet.recordContent} gave for these contents. */
  readonly keyValues: ReadonlyMap<string, Tensor>;
  /** Number of contents: the batch, e.g. 2 for an unconditional and a conditional evaluation. */
  readonly contents: number;
  /** Whether the frames are one clip; else, as in the paper's image model, every frame is for itself. */
  readonly video: boolean;
}

/** Construction declares the parameters; load them before a recorded program runs. */
export class UNet {
  readonly #convIn: ConvWeight;
  readonly #time: readonly [LinearWeight, LinearWeight];
  readonly #content: { readonly projection: LinearWeight; readonly norm: NormWeight };
  readonly #down: readonly DownBlock[];
  readonly #mid: MidBlock;
  readonly #up: readonly UpBlock[];
  readonly #normOut: NormWeight;
  readonly #convOut: ConvWeight;
  /** Spatial attentions by module name, `down_blocks.0.attentions.0`. */
  readonly #attentions = new Map<string, SpatialTransformer>();

  constructor(
    readonly config: UNetConfig,
    p: Parameters,
  ) {
    const { blockOutChannels, timeEmbedDim, contentTokens, crossAttentionDim, latentChannels } = config;
    const [first = 0] = blockOutChannels;
    const builder: BlockBuilder = { config, attentions: this.#attentions };
    const inChannels = latentChannels + config.structureChannels + config.structureStepChannels;
    this.#convIn = p.conv2d('conv_in', inChannels, first, 3);
    this.#time = [
      p.linear('time_embedding.linear_1', first, timeEmbedDim),
      p.linear('time_embedding.linear_2', timeEmbedDim, timeEmbedDim),
    ];
    this.#content = {
      projection: p.linear('content_proj', config.contentDim, contentTokens * crossAttentionDim),
      norm: p.norm('content_norm', crossAttentionDim),
    };
    this.#down = blockOutChannels.map((_, level) => new DownBlock(p, level, builder));
    this.#mid = new MidBlock(p, builder);
    this.#up = blockOutChannels.map((_, index) => new UpBlock(p, index, builder));
    this.#normOut = p.norm('conv_norm_out', first);
    this.#convOut = p.conv2d('conv_out', first, config.outChannels, 3);
  }

  /**
   * Keys and values of every cross-attention, by module name, for `content` `[contents, contentDim]` (zeros: none).
   * They depend on nothing else, so a run computes them once.
   */
  recordContent(rec: Recorder, content: Tensor): Map<string, Tensor> {
    const { contentTokens, crossAttentionDim } = this.config;
    const [contents = 0] = content.shape;
    const projected = linear(rec, content, this.#content.projection, { label: 'content_proj' });
    const tokens = rec.reshape(projected, [contents * contentTokens, crossAttentionDim]);
    const normed = layerNorm(rec, tokens, this.#content.norm, { eps: LAYER_NORM_EPS });
    const keyValues = [...this.#attentions].map(([name, attention]): [string, Tensor] => [
      name,
      rec.scope(name, () => ({ tensor: attention.recordContent(rec, normed) })).tensor,
    ]);
    return new Map(keyValues);
  }

  /**
   * The prediction `[contents · frames, h, w, outChannels]`, all frames of the first content first.
   * Throws RangeError when the inputs' shapes do not fit.
   */
  record(rec: Recorder, inputs: UNetInputs): Tensor {
    const { z, contents, video } = inputs;
    const [frames = 0] = z.shape;
    const evaluation: Evaluation = {
      time: this.#recordTime(rec, inputs.timestep),
      clipFrames: video && frames > 1 ? frames : undefined,
      contents,
      images: contents * frames,
      keyValues: this.#keyValues(inputs.keyValues),
    };
    let x = rec.scope('conv_in', () => conv2d(rec, this.#recordInput(rec, inputs), this.#convIn));
    const skips = [x];
    for (const [i, block] of this.#down.entries()) {
      x = rec.scope(`down_blocks.${i}`, () => block.record(rec, x, evaluation, skips));
    }
    x = rec.scope('mid_block', () => this.#mid.record(rec, x, evaluation));
    for (const [i, block] of this.#up.entries()) {
      x = rec.scope(`up_blocks.${i}`, () => block.record(rec, x, evaluation, skips));
    }
    const { normGroups: groups, normEps: eps } = this.config;
    const normed = groupNorm(rec, x, this.#normOut, { groups, eps, activation: 'silu' });
    return rec.scope('conv_out', () => conv2d(rec, normed, this.#convOut));
  }

  #recordTime(rec: Recorder, timestep: Tensor): Tensor {
    const { flipSinToCos, freqShift, blockOutChannels } = this.config;
    const embedding = timestepEmbedding(rec, timestep, blockOutChannels[0]!, { flipSinToCos, freqShift });
    const hidden = linear(rec, embedding, this.#time[0], {
      activation: 'silu',
      label: 'time_embedding.linear_1',
    });
    // Every consumer starts with SiLU of the embedding: it is applied here, once.
    return linear(rec, hidden, this.#time[1], { activation: 'silu', label: 'time_embedding.linear_2' });
  }

  #recordInput(rec: Recorder, { z, structure, structureStep }: UNetInputs): Tensor {
    const { latentChannels, structureChannels, structureStepChannels: stepChannels } = this.config;
    const parts = [z, structure, structureStep];
    for (const [i, channels] of [latentChannels, structureChannels, stepChannels].entries()) {
      const expected = z.shape.with(3, channels);
      if (z.shape.length !== 4 || parts[i]!.shape.join() !== expected.join()) {
        throw new RangeError(
          `unet: expected an input ${shapeText(expected)}, got ${shapeText(parts[i]!.shape)}`,
        );
      }
    }
    return concat(rec, parts, 3, { dtype: rec.precision });
  }

  #keyValues(tensors: ReadonlyMap<string, Tensor>): Evaluation['keyValues'] {
    const byAttention = new Map([...this.#attentions].map(([name, of]) => [of, tensors.get(name)]));
    return (of) => {
      const tensor = byAttention.get(of);
      if (!tensor)
        throw new RangeError('unet: expected keys and values for every attention, some are missing');
      return tensor;
    };
  }
}

/**
 * The structure step's input channels, `[pixels, structureStepChannels]` with the same sinusoidal embedding in every
 * pixel of every frame (diffusers' get_timestep_embedding with flip_sin_to_cos; max period 10000).
 * Throws RangeError unless `step` is a whole number of 0 to structureSteps less one.
 */
export function structureStepChannels(config: UNetConfig, step: number, pixels: number): Float32Array {
  const { structureStepChannels: channels, structureSteps, flipSinToCos, freqShift } = config;
  if (!Number.isInteger(step) || step < 0 || step >= structureSteps) {
    throw new RangeError(
      `structure step: expected a whole number of 0 to ${structureSteps - 1}, got ${step}`,
    );
  }
  const half = channels >> 1;
  const row = new Float32Array(channels);
  for (let i = 0; i < half; i++) {
    const angle = step * Math.exp((-Math.log(10000) * i) / (half - freqShift));
    row[i + (flipSinToCos ? 0 : half)] = Math.cos(angle);
    row[i + (flipSinToCos ? half : 0)] = Math.sin(angle);
  }
  return Float32Array.from({ length: pixels * channels }, (_, i) => row[i % channels]!);
}
