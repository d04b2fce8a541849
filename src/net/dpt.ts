// DPTForDepthEstimation of transformers with a ViT backbone (Ranftl et al. 2021, "Vision Transformers for Dense
// Prediction"): relative disparity of pictures, larger is nearer. The neck and head are in dpt_neck.ts.

import type { Recorder, Tensor } from '../gpu/index.ts';
import { addRows } from '../kernels/add_rows.ts';
import { conv2d, type ConvWeight } from '../kernels/conv2d.ts';
import { concat, slice } from '../kernels/copy.ts';
import { resize } from '../kernels/resize.ts';
import { Config } from './config.ts';
import { DptHead, DptNeck } from './dpt_neck.ts';
import type { Parameters } from './parameters.ts';
import {
  readEncoderConfig,
  TransformerEncoder,
  VIT_LAYER,
  type EncoderConfig,
} from './transformer_encoder.ts';

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

/** The depth network. */
export class DptModel {
  readonly #patches: ConvWeight;
  readonly #classToken: Tensor;
  readonly #positions: Tensor;
  readonly #encoder: TransformerEncoder;
  readonly #neck: DptNeck;
  readonly #head: DptHead;

  /** Throws `WeightsError` if a tensor is missing or has another shape. */
  constructor(
    readonly config: DptConfig,
    parameters: Parameters,
  ) {
    const { hiddenSize, patchSize, outIndices } = config;
    const embeddings = parameters.scope('dpt.embeddings');
    this.#patches = embeddings.conv2d('patch_embeddings.projection', 3, hiddenSize, patchSize);
    this.#classToken = embeddings.tensor('cls_token', [1, 1, hiddenSize]);
    this.#positions = embeddings.tensor('position_embeddings', [1, 1 + this.#nativeGrid ** 2, hiddenSize]);
    // Layers above the last one that the neck reads do not count.
    const encoder = { ...config, layers: outIndices.at(-1)! + 1 };
    this.#encoder = new TransformerEncoder(encoder, parameters, 'dpt.encoder.layer', VIT_LAYER);
    this.#neck = new DptNeck(config, parameters.scope('neck'));
    this.#head = new DptHead(config, parameters.scope('head'));
  }

  /** Patches a side of the pictures that the position embeddings are for. */
  get #nativeGrid(): number {
    return Math.floor(this.config.imageSize / this.config.patchSize);
  }

  /**
   * `pixels`: normalised RGB `[n, H, W, 3]`, H and W multiples of the patch size, not necessarily equal. The result is
   * `[n, H', W', 1]` with H' = 2 * patch size * ⌈H / (2 * patch size)⌉, likewise W', as in transformers: H × W where the
   * patches a side are even. Throws RangeError for other sizes.
   */
  record(rec: Recorder, pixels: Tensor): Tensor {
    const { patchSize, outIndices } = this.config;
    const [batch = 0, height = 0, width = 0] = pixels.shape;
    if (!(height > 0 && width > 0 && height % patchSize === 0 && width % patchSize === 0)) {
      throw new RangeError(`DPT: expected sides that are multiples of ${patchSize}, got ${width}×${height}`);
    }
    const grid = [height / patchSize, width / patchSize] as const;
    const tokens = 1 + grid[0] * grid[1];
    const embedded = rec.scope('dpt.embeddings', () => this.#embed(rec, pixels, grid));
    const states = this.#encoder.record(rec, embedded, { batch, tokens });
    const taken = outIndices.map((index) => states[index + 1]!);
    const fused = rec.scope('neck', () => this.#neck.record(rec, taken, batch, grid));
    return rec.scope('head', () => this.#head.record(rec, fused));
  }

  /** Class token and patches, row by row, with their position embeddings: `[n * tokens, hiddenSize]`. */
  #embed(rec: Recorder, pixels: Tensor, [rows, columns]: readonly [number, number]): Tensor {
    const { hiddenSize, patchSize } = this.config;
    const [batch = 0] = pixels.shape;
    const patches = conv2d(rec, pixels, this.#patches, { stride: patchSize, padding: 0 });
    const sequence = concat(
      rec,
      [this.#classToken, rec.reshape(patches, [batch, rows * columns, hiddenSize])],
      1,
    );
    const flat = rec.reshape(sequence, [batch * (1 + rows * columns), hiddenSize]);
    return addRows(rec, flat, this.#positionsFor(rec, rows, columns));
  }

  /** Position embeddings of a grid of patches, class token first: `[1 + rows * columns, hiddenSize]`. */
  #positionsFor(rec: Recorder, rows: number, columns: number): Tensor {
    const { hiddenSize } = this.config;
    const native = this.#nativeGrid;
    const table = rec.reshape(this.#positions, [1 + native ** 2, hiddenSize]);
    if (rows === native && columns === native) return table;
    const square = rec.reshape(slice(rec, table, 0, 1, native ** 2), [1, native, native, hiddenSize]);
    const resized = resize(rec, square, [rows, columns], { mode: 'bilinear' });
    return concat(rec, [slice(rec, table, 0, 0, 1), rec.reshape(resized, [rows * columns, hiddenSize])], 0);
  }
}
