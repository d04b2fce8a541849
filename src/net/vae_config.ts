// The config of an AutoencoderKL: which levels it has, and how its latents are scaled.
import { Config } from './config.ts';

/** The keys of diffusers' AutoencoderKL that shape the graph or its latents, under their published defaults. */
export interface AutoencoderKLConfig {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly latentChannels: number;
  /** Channels of each level, the full resolution first. Every level but the last halves the sides. */
  readonly blockOutChannels: readonly number[];
  readonly layersPerBlock: number;
  readonly normGroups: number;
  readonly midAttention: boolean;
  readonly quantConv: boolean;
  readonly postQuantConv: boolean;
  /** z = (mean − shiftFactor) · scalingFactor is what the diffusion model sees; decode takes z / scalingFactor + shiftFactor. */
  readonly scalingFactor: number;
  readonly shiftFactor: number;
}

/** Reads a config.json; `file` is its path or URL. Throws `WeightsError` for a graph that this network does not have. */
export function readAutoencoderKLConfig(json: unknown, file: string): AutoencoderKLConfig {
  const config = new Config(json, file);
  config.only('_class_name', 'AutoencoderKL');
  config.only('act_fn', 'silu');
  config.only('down_block_types', 'DownEncoderBlock2D');
  config.only('up_block_types', 'UpDecoderBlock2D');
  config.only('latents_mean', null);
  config.only('latents_std', null);
  const blockOutChannels = config.counts('block_out_channels', [64]);
  const normGroups = config.count('norm_num_groups', 32);
  if (blockOutChannels.some((channels) => channels % normGroups !== 0)) {
    throw config.refused('block_out_channels', `multiples of norm_num_groups (${normGroups})`);
  }
  return {
    inChannels: config.count('in_channels', 3),
    outChannels: config.count('out_channels', 3),
    latentChannels: config.count('latent_channels', 4),
    blockOutChannels,
    layersPerBlock: config.count('layers_per_block', 1),
    normGroups,
    midAttention: config.boolean('mid_block_add_attention', true),
    quantConv: config.boolean('use_quant_conv', true),
    postQuantConv: config.boolean('use_post_quant_conv', true),
    scalingFactor: config.number('scaling_factor', 0.18215),
    shiftFactor: config.number('shift_factor', 0),
  };
}
