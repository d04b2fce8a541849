// The config of a DPTForDepthEstimation with a ViT backbone.

import { Config } from './config.ts';
import { readEncoderConfig, type EncoderConfig } from './transformer_encoder.ts';

/** The config.json of a DPTForDepthEstimation. */
export interface DptConfig extends EncoderConfig {
  /** Sides of the pictures that the position embeddings are for; others are interpolated. */
  readonly imageSize: number;
  readonly patchSize: number;
  /** The four layers whose outputs the neck reads, counted from 0, ascending. */
  readonly outIndices: readonly number[];
  /** Channels of the four feature maps after reassembling. */
  readonly neckSizes: readonly number[];
  readonly fusionSize: number;
}

/** Scale of the four feature maps against the patch grid: transposed convolutions, nothing, a strided convolution. */
const REASSEMBLE_FACTORS = [4, 2, 1, 0.5];

/**
 * Reads a config.json of dpt-large's layout; `file` is its path or URL. Throws `WeightsError` naming the key at fault,
 * also for DPT's other layouts: the BiT hybrid, Swin, BEiT and DINOv2 backbones, other readouts.
 */
export function readDptConfig(json: unknown, file: string): DptConfig {
  const config = new Config(json, file);
  config.only('model_type', 'dpt');
  config.only('is_hybrid', false);
  config.only('backbone_config', null);
  config.only('backbone', null);
  config.only('num_channels', 3);
  config.only('qkv_bias', true);
  config.only('readout_type', 'project');
  config.only('head_in_index', -1);
  config.only('add_projection', false);
  config.only('use_batch_norm_in_fusion_residual', false);
  config.only('use_bias_in_fusion_residual', true);
  if (config.numbers('reassemble_factors', REASSEMBLE_FACTORS).join() !== REASSEMBLE_FACTORS.join()) {
    throw config.refused('reassemble_factors', `[${REASSEMBLE_FACTORS.join(', ')}]`);
  }
  const encoder = readEncoderConfig(config, { activation: 'gelu', eps: 1e-12 });
  const outIndices = config.counts('backbone_out_indices', [2, 5, 8, 11], 0);
  if (
    outIndices.length !== 4 ||
    outIndices.some((index, i) => !(index < (outIndices[i + 1] ?? encoder.layers)))
  ) {
    throw config.refused('backbone_out_indices', `four ascending layers below ${encoder.layers}`);
  }
  const neckSizes = config.counts('neck_hidden_sizes', [96, 192, 384, 768]);
  if (neckSizes.length !== 4) throw config.refused('neck_hidden_sizes', 'four numbers');
  return {
    ...encoder,
    imageSize: config.count('image_size', 384),
    patchSize: config.count('patch_size', 16),
    outIndices,
    neckSizes,
    fusionSize: config.count('fusion_hidden_size', 256),
  };
}
