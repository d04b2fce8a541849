// PriorTransformer of diffusers: the diffusion prior of unCLIP (Ramesh et al. 2022, section 2.2), which denoises a CLIP
// image embedding given the prompt's. It sees one sequence and answers at its last token:
//
//     the text's hidden states | text embedding | timestep | noisy image embedding | a learnt token ("prd")

import { shapeText, type Recorder, type Tensor } from '../gpu/index.ts';
import { addRows } from '../kernels/add_rows.ts';
import { concat, slice } from '../kernels/copy.ts';
import { layerNorm, type NormWeight } from '../kernels/layer_norm.ts';
import { linear, type LinearWeight } from '../kernels/matmul.ts';
import { timestepEmbedding } from '../kernels/timestep_embedding.ts';
import { Config } from './config.ts';
import type { Parameters } from './parameters.ts';
import { DIFFUSERS_LAYER, TransformerEncoder, type EncoderConfig } from './transformer_encoder.ts';

/** Tokens after the text's: text embedding, timestep, noisy image embedding, prd. */
export const PRIOR_TOKENS = 4;

/** What a hidden token's score gets added, once for the mask and once for causality, as diffusers does. */
const HIDDEN = -10000;

/** The config.json of a PriorTransformer. */
export interface PriorConfig extends EncoderConfig {
  /** Length of CLIP's embeddings, of text and image alike, and of the text's hidden states. */
  readonly embeddingSize: number;
  /** Number of the text's hidden states. */
  readonly textTokens: number;
}

/**
 * Reads a config.json of karlo's and Kandinsky's layout; `file` is its path or URL. Throws `WeightsError` naming the key
 * for other layouts (Shap-E's).
 */
export function readPriorConfig(json: unknown, file: string): PriorConfig {
  const config = new Config(json, file);
  config.only('_class_name', 'PriorTransformer');
  config.only('additional_embeddings', PRIOR_TOKENS);
  config.only('time_embed_act_fn', 'silu');
  config.only('norm_in_type', null);
  config.only('embedding_proj_norm_type', null);
  config.only('encoder_hid_proj_type', 'linear');
  config.only('added_emb_type', 'prd');
  config.only('time_embed_dim', null);
  config.only('embedding_proj_dim', null);
  config.only('clip_embed_dim', null);
  const heads = config.count('num_attention_heads', 32);
  const hiddenSize = heads * config.count('attention_head_dim', 64);
  return {
    embeddingSize: config.count('embedding_dim', 768),
    textTokens: config.count('num_embeddings', 77),
    hiddenSize,
    intermediateSize: 4 * hiddenSize,
    layers: config.count('num_layers', 20),
    heads,
    activation: 'gelu',
    eps: 1e-5,
  };
}

/** Inputs of one evaluation. E is the embedding size, T the number of text tokens. */
export interface PriorInputs {
  /** The noisy image embedding, `[batch, E]`. */
  readonly latents: Tensor;
  /** f32 `[batch]`. */
  readonly timestep: Tensor;
  /** `[batch, E]`. */
  readonly textEmbeds: Tensor;
  /** The text tower's last hidden state, `[batch * T, E]`. */
  readonly textStates: Tensor;
  /**
   * u32 `[batch, T + PRIOR_TOKENS]`, 0 hides a token (padding of the prompt). With a mask, attention is causal too;
   * without one it is neither: this is how the class was trained and is called.
   */
  readonly mask?: Tensor;
}

/** The network that the prior's sampler evaluates. */
export class PriorTransformer {
  /** Mean and standard deviation that bring the sampler's result to CLIP's scale, both `[1, E]`. */
  readonly clipMean: Tensor;
  readonly clipStd: Tensor;
  readonly #time: readonly [LinearWeight, LinearWeight];
  readonly #textEmbed: LinearWeight;
  readonly #textStates: LinearWeight;
  readonly #latents: LinearWeight;
  readonly #prd: Tensor;
  readonly #positions: Tensor;
  readonly #encoder: TransformerEncoder;
  readonly #norm: NormWeight;
  readonly #out: LinearWeight;

  /** Throws `WeightsError` if a tensor is missing or has another shape. */
  constructor(
    readonly config: PriorConfig,
    parameters: Parameters,
  ) {
    const { embeddingSize, hiddenSize, textTokens } = config;
    this.clipMean = parameters.tensor('clip_mean', [1, embeddingSize]);
    this.clipStd = parameters.tensor('clip_std', [1, embeddingSize]);
    this.#time = [
      parameters.linear('time_embedding.linear_1', hiddenSize, hiddenSize),
      parameters.linear('time_embedding.linear_2', hiddenSize, hiddenSize),
    ];
    this.#textEmbed = parameters.linear('embedding_proj', embeddingSize, hiddenSize);
    this.#textStates = parameters.linear('encoder_hidden_states_proj', embeddingSize, hiddenSize);
    this.#latents = parameters.linear('proj_in', embeddingSize, hiddenSize);
    this.#prd = parameters.tensor('prd_embedding', [1, 1, hiddenSize]);
    this.#positions = parameters.tensor('positional_embedding', [1, textTokens + PRIOR_TOKENS, hiddenSize]);
    this.#encoder = new TransformerEncoder(config, parameters, 'transformer_blocks', DIFFUSERS_LAYER);
    this.#norm = parameters.norm('norm_out', hiddenSize);
    this.#out = parameters.linear('proj_to_clip_embeddings', hiddenSize, embeddingSize);
  }

  /**
   * What the network predicts of the image embedding (the clean one, for schedulers that predict the sample), `[batch, E]`.
   * Throws RangeError when the shapes do not fit.
   */
  record(rec: Recorder, inputs: PriorInputs): Tensor {
    const { hiddenSize, eps, textTokens } = this.config;
    const { mask } = inputs;
    const batch = this.#checkedBatch(inputs);
    const tokens = textTokens + PRIOR_TOKENS;
    const time = this.#timeEmbedding(rec, inputs.timestep);
    const project = (name: string, x: Tensor, weight: LinearWeight, length: number) =>
      rec.reshape(
        rec.scope(name, () => linear(rec, x, weight)),
        [batch, length, hiddenSize],
      );
    const sequence = concat(
      rec,
      [
        project('encoder_hidden_states_proj', inputs.textStates, this.#textStates, textTokens),
        project('embedding_proj', inputs.textEmbeds, this.#textEmbed, 1),
        rec.reshape(time, [batch, 1, hiddenSize]),
        project('proj_in', inputs.latents, this.#latents, 1),
        this.#prd,
      ],
      1,
    );
    const positions = rec.reshape(this.#positions, [tokens, hiddenSize]);
    const embedded = addRows(rec, rec.reshape(sequence, [batch * tokens, hiddenSize]), positions);
    const visible = mask && { mask, causal: true, maskValue: HIDDEN };
    const states = this.#encoder.record(rec, embedded, { batch, tokens, ...visible });
    const normed = rec.scope('norm_out', () => layerNorm(rec, states.at(-1)!, this.#norm, { eps }));
    const last = slice(rec, rec.reshape(normed, [batch, tokens, hiddenSize]), 1, tokens - 1, 1);
    return rec.scope('proj_to_clip_embeddings', () =>
      linear(rec, rec.reshape(last, [batch, hiddenSize]), this.#out),
    );
  }

  /** TimestepEmbedding over the sinusoids of `timestep`. */
  #timeEmbedding(rec: Recorder, timestep: Tensor): Tensor {
    return rec.scope('time_embedding', () => {
      const waves = timestepEmbedding(rec, timestep, this.config.hiddenSize, {
        flipSinToCos: true,
        freqShift: 0,
      });
      const hidden = linear(rec, waves, this.#time[0], { activation: 'silu' });
      return linear(rec, hidden, this.#time[1]);
    });
  }

  #checkedBatch({ latents, timestep, textEmbeds, textStates, mask }: PriorInputs): number {
    const { embeddingSize, textTokens } = this.config;
    const [batch = 0] = latents.shape;
    const expected: [string, Tensor | undefined, readonly number[]][] = [
      ['latents', latents, [batch, embeddingSize]],
      ['timestep', timestep, [batch]],
      ['textEmbeds', textEmbeds, [batch, embeddingSize]],
      ['textStates', textStates, [batch * textTokens, embeddingSize]],
      ['mask', mask, [batch, textTokens + PRIOR_TOKENS]],
    ];
    for (const [name, tensor, shape] of expected) {
      if (!tensor || tensor.shape.join() === shape.join()) continue;
      throw new RangeError(
        `PriorTransformer: expected ${name} ${shapeText(shape)}, got ${shapeText(tensor.shape)}`,
      );
    }
    return batch;
  }
}
