// The config of a Gen1UNet3DConditionModel.
import { Config } from './config.ts';

/** What shapes the Gen-1 UNet's graph, its inputs and its training conditions. */
export interface UNetConfig {
  /** Channels of the video latents z, of the structure latents, and of the structure step's embedding: conv_in's input. */
  readonly latentChannels: number;
  readonly structureChannels: number;
  readonly structureStepChannels: number;
  readonly outChannels: number;
  /** Channels of each level, the full resolution first. Every level but the last halves the sides. */
  readonly blockOutChannels: readonly number[];
  /** Resnets of a level going down; one more going up. */
  readonly layersPerBlock: number;
  /** Whether a level's resnets are followed by spatial and temporal attention. */
  readonly attention: readonly boolean[];
  readonly headDim: number;
  readonly normGroups: number;
  /** Epsilon of the group norms in resnets and at the end, and of those in transformers. */
  readonly normEps: number;
  readonly transformerNormEps: number;
  readonly timeEmbedDim: number;
  readonly flipSinToCos: boolean;
  readonly freqShift: number;
  /** Inner width of a feed-forward as a multiple of its channels. */
  readonly feedForwardMultiple: number;
  readonly contentDim: number;
  readonly contentTokens: number;
  readonly crossAttentionDim: number;
  /** Length that the content embedding is brought to. */
  readonly contentScale: number;
  /** Structure latents are the VAE's posterior mean times this. */
  readonly structureScalingFactor: number;
  /** Structure steps t_s are 0 to this less one. */
  readonly structureSteps: number;
  /** Most frames of a clip: rows of the temporal position embeddings. */
  readonly maxFrames: number;
  /** Frames of a clip in training. */
  readonly trainFrames: number;
}

/** Reads a config.json; `file` is its path or URL. Throws `WeightsError` for a graph that this network does not have. */
export function readUNetConfig(json: unknown, file: string): UNetConfig {
  const config = new Config(json, file);
  config.only('_class_name', 'Gen1UNet3DConditionModel');
  config.only('act_fn', 'silu');
  config.only('use_linear_projection', true);
  config.only('temporal_kernel_size', 3);
  const structureChannels = config.count('structure_channels');
  const structureStepChannels = config.count('structure_noise_channels');
  const inChannels = config.count('in_channels');
  const latentChannels = inChannels - structureChannels - structureStepChannels;
  if (latentChannels < 1) {
    throw config.refused('in_channels', 'more than structure_channels and structure_noise_channels together');
  }
  const blockOutChannels = config.counts('block_out_channels');
  const headDim = config.count('attention_head_dim');
  const normGroups = config.count('norm_num_groups', 32);
  for (const [key, divisor] of Object.entries({ attention_head_dim: headDim, norm_num_groups: normGroups })) {
    if (blockOutChannels.some((channels) => channels % divisor !== 0)) {
      throw config.refused(key, `a divisor of every block_out_channels (${blockOutChannels.join(', ')})`);
    }
  }
  return {
    latentChannels,
    structureChannels,
    structureStepChannels,
    outChannels: config.count('out_channels'),
    blockOutChannels,
    layersPerBlock: config.count('layers_per_block'),
    attention: config.booleans('attention', blockOutChannels.length),
    headDim,
    normGroups,
    normEps: config.number('norm_eps', 1e-5),
    transformerNormEps: config.number('transformer_norm_eps', 1e-6),
    timeEmbedDim: config.count('time_embed_dim', 4 * blockOutChannels[0]!),
    flipSinToCos: config.boolean('flip_sin_to_cos', true),
    freqShift: config.number('freq_shift', 0),
    feedForwardMultiple: config.count('ff_mult', 4),
    contentDim: config.count('content_dim'),
    contentTokens: config.count('content_tokens'),
    crossAttentionDim: config.count('cross_attention_dim'),
    contentScale: config.number('content_scale'),
    structureScalingFactor: config.number('structure_scaling_factor'),
    structureSteps: config.count('structure_steps'),
    maxFrames: config.count('max_frames'),
    trainFrames: config.count('num_train_frames'),
  };
}
