// CLIP's image tower (Radford et al. 2021; a ViT, Dosovitskiy et al. 2021): CLIPVisionModelWithProjection of
// transformers. A picture becomes one embedding, the content of an edit.

import type { Recorder, Tensor } from '../gpu/index.ts';
import { addRows } from '../kernels/add_rows.ts';
import { concat, slice } from '../kernels/copy.ts';
import { conv2d, type ConvWeight } from '../kernels/conv2d.ts';
import { layerNorm, type NormWeight } from '../kernels/layer_norm.ts';
import { linear, type LinearWeight } from '../kernels/matmul.ts';
import { Config } from './config.ts';
import {
  CLIP_LAYER,
  TransformerEncoder,
  type EncoderConfig,
  readEncoderConfig,
} from './transformer_encoder.ts';
import type { Parameters } from './parameters.ts';

/** The config.json of a CLIPVisionModelWithProjection. */
export interface ClipVisionConfig extends EncoderConfig {
  /** Height and width of the picture in pixels. */
  readonly imageSize: number;
  readonly patchSize: number;
  readonly projectionSize: number;
}

/** Reads a config.json; `file` is its path or URL. Throws `WeightsError` naming the key at fault. */
export function readClipVisionConfig(json: unknown, file: string): ClipVisionConfig {
  const config = new Config(json, file);
  config.only('num_channels', 3);
  return {
    ...readEncoderConfig(config, { activation: 'quick_gelu', eps: 1e-5 }),
    imageSize: config.count('image_size', 224),
    patchSize: config.count('patch_size', 32),
    projectionSize: config.count('projection_dim', 512),
  };
}

/** What the image tower gives. C is the hidden size, tokens are the class token and then the patches, row by row. */
export interface ClipVisionOutput {
  /** `[batch * tokens, C]`: after `pre_layrnorm`, then after every layer; the last is not normalised. */
  readonly hiddenStates: readonly Tensor[];
  /** `[batch, projectionSize]`, not unit length. */
  readonly imageEmbeds: Tensor;
}

/** The image tower. */
export class ClipVisionModel {
  readonly #patches: ConvWeight;
  readonly #classToken: Tensor;
  readonly #positions: Tensor;
  readonly #preNorm: NormWeight;
  readonly #encoder: TransformerEncoder;
  readonly #postNorm: NormWeight;
  readonly #projection: LinearWeight;

  /** Throws `WeightsError` if a tensor is missing or has another shape. */
  constructor(
    readonly config: ClipVisionConfig,
    parameters: Parameters,
  ) {
    const { hiddenSize, patchSize, projectionSize } = config;
    // transformers 5 may save the model without the prefix that all published files have.
    const prefixed = parameters.has('vision_model.post_layernorm.weight');
    const model = prefixed ? parameters.scope('vision_model') : parameters;
    const embeddings = model.scope('embeddings');
    this.#patches = embeddings.conv2d('patch_embedding', 3, hiddenSize, patchSize, { bias: false });
    this.#classToken = embeddings.tensor('class_embedding', [hiddenSize]);
    this.#positions = embeddings.tensor('position_embedding.weight', [1 + this.#grid ** 2, hiddenSize]);
    this.#preNorm = model.norm('pre_layrnorm', hiddenSize);
    this.#encoder = new TransformerEncoder(config, model, 'encoder.layers', CLIP_LAYER);
    this.#postNorm = model.norm('post_layernorm', hiddenSize);
    this.#projection = parameters.linear('visual_projection', hiddenSize, projectionSize, { bias: false });
  }

  /** Patches a side; a rest of the picture smaller than a patch is not seen. */
  get #grid(): number {
    return Math.floor(this.config.imageSize / this.config.patchSize);
  }

  /** `pixels`: normalised RGB `[batch, imageSize, imageSize, 3]`. Throws RangeError for another size. */
  record(rec: Recorder, pixels: Tensor): ClipVisionOutput {
    const { imageSize, patchSize, hiddenSize, eps } = this.config;
    const [batch = 0, height, width] = pixels.shape;
    if (height !== imageSize || width !== imageSize) {
      throw new RangeError(
        `CLIPVisionModel: expected pictures of ${imageSize}×${imageSize}, got ${width}×${height}`,
      );
    }
    const tokens = 1 + this.#grid ** 2;
    const embedded = rec.scope('embeddings', () => {
      const patches = conv2d(rec, pixels, this.#patches, { stride: patchSize, padding: 0 });
      const sequence = concat(
        rec,
        [
          rec.reshape(this.#classToken, [1, 1, hiddenSize]),
          rec.reshape(patches, [batch, tokens - 1, hiddenSize]),
        ],
        1,
      );
      return addRows(rec, rec.reshape(sequence, [batch * tokens, hiddenSize]), this.#positions);
    });
    const first = rec.scope('pre_layrnorm', () => layerNorm(rec, embedded, this.#preNorm, { eps }));
    const hiddenStates = this.#encoder.record(rec, first, { batch, tokens });
    const last = rec.reshape(hiddenStates.at(-1)!, [batch, tokens, hiddenSize]);
    const classState = rec.reshape(slice(rec, last, 1, 0, 1), [batch, hiddenSize]);
    const pooled = rec.scope('post_layernorm', () => layerNorm(rec, classState, this.#postNorm, { eps }));
    const imageEmbeds = rec.scope('visual_projection', () => linear(rec, pooled, this.#projection));
    return { hiddenStates, imageEmbeds };
  }
}
