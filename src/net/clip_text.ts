// CLIP's text tower (Radford et al. 2021, section 2.4): CLIPTextModel and CLIPTextModelWithProjection of transformers.
// Prompts become hidden states, one a token, and one embedding, taken at the end-of-text token.

import type { Recorder, Tensor } from '../gpu/index.ts';
import { gather } from '../kernels/gather.ts';
import { layerNorm, type NormWeight } from '../kernels/layer_norm.ts';
import { linear, type LinearWeight } from '../kernels/matmul.ts';
import { slice } from '../kernels/copy.ts';
import { Config } from './config.ts';
import {
  CLIP_LAYER,
  TransformerEncoder,
  type EncoderConfig,
  readEncoderConfig,
} from './transformer_encoder.ts';
import type { Parameters } from './parameters.ts';

/** The config.json of a CLIPTextModel. */
export interface ClipTextConfig extends EncoderConfig {
  readonly vocabularySize: number;
  /** The longest prompt in tokens, end marks included. */
  readonly maxTokens: number;
  readonly projectionSize: number;
  readonly eosTokenId: number;
}

/** Reads a config.json; `file` is its path or URL. Throws `WeightsError` naming the key at fault. */
export function readClipTextConfig(json: unknown, file: string): ClipTextConfig {
  const config = new Config(json, file);
  return {
    ...readEncoderConfig(config, { activation: 'quick_gelu', eps: 1e-5 }),
    vocabularySize: config.count('vocab_size'),
    maxTokens: config.count('max_position_embeddings', 77),
    projectionSize: config.count('projection_dim', 512),
    eosTokenId: config.count('eos_token_id', 49407, 0),
  };
}

/** What the text tower gives. C is the hidden size. */
export interface ClipTextOutput {
  /** `[batch * tokens, C]`: the embeddings, then the stream after every layer, before the final norm. */
  readonly hiddenStates: readonly Tensor[];
  /** `[batch * tokens, C]`: what diffusion models attend to. */
  readonly lastHiddenState: Tensor;
  /** `[batch, C]`: the last hidden state at the end-of-text token. */
  readonly pooled: Tensor;
  /** `[batch, projectionSize]`, not unit length; only where the checkpoint has a projection. */
  readonly textEmbeds?: Tensor;
}

/** The text tower. */
export class ClipTextModel {
  readonly #tokens: Tensor;
  readonly #positions: Tensor;
  readonly #encoder: TransformerEncoder;
  readonly #finalNorm: NormWeight;
  readonly #projection: LinearWeight | undefined;

  /** Throws `WeightsError` if a tensor is missing or has another shape. */
  constructor(
    readonly config: ClipTextConfig,
    parameters: Parameters,
  ) {
    const { hiddenSize, vocabularySize, maxTokens, projectionSize } = config;
    // transformers 5 saves a CLIPTextModel without the prefix that all published files have.
    const prefixed = parameters.has('text_model.final_layer_norm.weight');
    const model = prefixed ? parameters.scope('text_model') : parameters;
    this.#tokens = model.tensor('embeddings.token_embedding.weight', [vocabularySize, hiddenSize]);
    this.#positions = model.tensor('embeddings.position_embedding.weight', [maxTokens, hiddenSize]);
    this.#encoder = new TransformerEncoder(config, model, 'encoder.layers', CLIP_LAYER);
    this.#finalNorm = model.norm('final_layer_norm', hiddenSize);
    this.#projection = parameters.has('text_projection.weight')
      ? parameters.linear('text_projection', hiddenSize, projectionSize, { bias: false })
      : undefined;
  }

  /**
   * `ids` is u32 `[batch, tokens]` with at most `maxTokens` tokens, `ends` u32 `[batch]`: the rows of the end-of-text
   * tokens, from {@link endRows}. Throws RangeError for other shapes.
   */
  record(rec: Recorder, ids: Tensor, ends: Tensor): ClipTextOutput {
    const [batch = 0, tokens = 0] = ids.shape;
    const { maxTokens } = this.config;
    if (ids.shape.length !== 2 || tokens > maxTokens || ends.shape[0] !== batch) {
      throw new RangeError(
        `CLIPTextModel: expected ids [batch, tokens up to ${maxTokens}] and ends [batch], ` +
          `got [${ids.shape.join(', ')}] and [${ends.shape.join(', ')}]`,
      );
    }
    const positions = tokens === maxTokens ? this.#positions : slice(rec, this.#positions, 0, 0, tokens);
    const embedded = rec.scope('embeddings', () => gather(rec, ids, this.#tokens, positions));
    const hiddenStates = this.#encoder.record(rec, embedded, { batch, tokens, causal: true });
    const lastHiddenState = this.finalNorm(rec, hiddenStates.at(-1)!);
    const pooled = gather(rec, ends, lastHiddenState);
    const output = { hiddenStates, lastHiddenState, pooled };
    if (!this.#projection) return output;
    const projection = this.#projection;
    return { ...output, textEmbeds: rec.scope('text_projection', () => linear(rec, pooled, projection)) };
  }

  /** The final norm of a hidden state: `clip_skip` k of diffusers is that of `hiddenStates.at(-1 - k)`. */
  finalNorm(rec: Recorder, hiddenState: Tensor): Tensor {
    return rec.scope('final_layer_norm', () =>
      layerNorm(rec, hiddenState, this.#finalNorm, { eps: this.config.eps }),
    );
  }
}

/**
 * Rows of the end-of-text tokens of prompts of `tokens` ids each, put one after the other: the first `eosTokenId`, or 0
 * without one. Configs from before transformers 4.27 have 2 there, which means the highest id.
 */
export function endRows(
  ids: ArrayLike<number>,
  tokens: number,
  eosTokenId: number,
): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: ids.length / tokens }, (_, prompt) => {
    const row = Array.from({ length: tokens }, (_, i) => ids[prompt * tokens + i]!);
    const end = row.indexOf(eosTokenId === 2 ? Math.max(...row) : eosTokenId);
    return prompt * tokens + Math.max(0, end);
  });
}
