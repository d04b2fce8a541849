// The pre-norm transformer layer that CLIP's towers, DPT's ViT and the prior share; only the names in their checkpoints
// differ:  x += attention(norm(x));  x += mlp(norm(x))  (Vaswani et al. 2017, pre-norm as in Radford et al. 2019).

import type { Recorder, Tensor } from '../gpu/index.ts';
import type { Activation } from '../kernels/activation.ts';
import { attention } from '../kernels/attention.ts';
import { layerNorm, type NormWeight } from '../kernels/layer_norm.ts';
import { linear, type LinearWeight } from '../kernels/matmul.ts';
import type { Config } from './config.ts';
import type { Parameters } from './parameters.ts';

/** Names of a layer's modules in a checkpoint. */
export interface EncoderLayerNames {
  readonly norm1: string;
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly out: string;
  readonly norm2: string;
  readonly up: string;
  readonly down: string;
}

/** CLIPEncoderLayer of transformers. */
export const CLIP_LAYER: EncoderLayerNames = {
  norm1: 'layer_norm1',
  query: 'self_attn.q_proj',
  key: 'self_attn.k_proj',
  value: 'self_attn.v_proj',
  out: 'self_attn.out_proj',
  norm2: 'layer_norm2',
  up: 'mlp.fc1',
  down: 'mlp.fc2',
};

/** DPTViTLayer of transformers. */
export const VIT_LAYER: EncoderLayerNames = {
  norm1: 'layernorm_before',
  query: 'attention.attention.query',
  key: 'attention.attention.key',
  value: 'attention.attention.value',
  out: 'attention.output.dense',
  norm2: 'layernorm_after',
  up: 'intermediate.dense',
  down: 'output.dense',
};

/** BasicTransformerBlock of diffusers without cross-attention: there is no norm2. */
export const DIFFUSERS_LAYER: EncoderLayerNames = {
  norm1: 'norm1',
  query: 'attn1.to_q',
  key: 'attn1.to_k',
  value: 'attn1.to_v',
  out: 'attn1.to_out.0',
  norm2: 'norm3',
  up: 'ff.net.0.proj',
  down: 'ff.net.2',
};

/** Sizes of an encoder, equal in all its layers. */
export interface EncoderConfig {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly activation: Activation;
  /** Epsilon of the layer norms. */
  readonly eps: number;
}

/** Reads an encoder's keys from a config of `transformers`; `defaults` are those of its class. Throws `WeightsError`. */
export function readEncoderConfig(
  config: Config,
  defaults: { readonly activation: 'gelu' | 'quick_gelu'; readonly eps: number },
): EncoderConfig {
  const hiddenSize = config.count('hidden_size');
  const heads = config.count('num_attention_heads');
  if (hiddenSize % heads !== 0) {
    throw config.refused('num_attention_heads', `a divisor of hidden_size ${hiddenSize}`);
  }
  return {
    hiddenSize,
    intermediateSize: config.count('intermediate_size'),
    layers: config.count('num_hidden_layers'),
    heads,
    activation: config.oneOf('hidden_act', ['gelu', 'quick_gelu'], defaults.activation),
    eps: config.number('layer_norm_eps', defaults.eps),
  };
}

/** Token sequences and who sees whom in them. */
export interface Sequences {
  /** Number of sequences. */
  readonly batch: number;
  /** Length of each. */
  readonly tokens: number;
  /** A token sees itself and what is before it. */
  readonly causal?: boolean;
  /** u32 `[batch, tokens]`: 0 hides a token from all. */
  readonly mask?: Tensor;
  /** What is added to a hidden token's score; default -Infinity. */
  readonly maskValue?: number;
}

/** One layer. */
export class EncoderLayer {
  readonly #config: EncoderConfig;
  readonly #norm1: NormWeight;
  readonly #qkv: LinearWeight;
  readonly #out: LinearWeight;
  readonly #norm2: NormWeight;
  readonly #up: LinearWeight;
  readonly #down: LinearWeight;

  /** `parameters` are the layer's own. Throws `WeightsError` if a tensor is missing or has another shape. */
  constructor(config: EncoderConfig, parameters: Parameters, names: EncoderLayerNames) {
    const { hiddenSize, intermediateSize } = config;
    this.#config = config;
    this.#norm1 = parameters.norm(names.norm1, hiddenSize);
    this.#qkv = parameters.linear([names.query, names.key, names.value], hiddenSize, hiddenSize);
    this.#out = parameters.linear(names.out, hiddenSize, hiddenSize);
    this.#norm2 = parameters.norm(names.norm2, hiddenSize);
    this.#up = parameters.linear(names.up, hiddenSize, intermediateSize);
    this.#down = parameters.linear(names.down, intermediateSize, hiddenSize);
  }

  /** `x` and the result: `[batch * tokens, hiddenSize]`, sequence after sequence. */
  record(rec: Recorder, x: Tensor, { batch, tokens, ...visible }: Sequences): Tensor {
    const { hiddenSize, heads, activation, eps } = this.#config;
    const qkv = linear(rec, layerNorm(rec, x, this.#norm1, { eps }), this.#qkv, { label: 'qkv' });
    const rows = (part: number) => ({ tensor: qkv, offset: part * hiddenSize, stride: 3 * hiddenSize });
    const attended = attention(rec, {
      q: rows(0),
      k: rows(1),
      v: rows(2),
      batch,
      queries: tokens,
      keys: tokens,
      heads,
      headDim: hiddenSize / heads,
      ...visible,
    });
    const middle = linear(rec, attended, this.#out, { residual: x, label: 'attention out' });
    const up = linear(rec, layerNorm(rec, middle, this.#norm2, { eps }), this.#up, {
      activation,
      label: 'mlp up',
    });
    return linear(rec, up, this.#down, { residual: middle, label: 'mlp down' });
  }
}

/** The layers `<prefix>.0`, `<prefix>.1`, … of an encoder. */
export class TransformerEncoder {
  readonly #prefix: string;
  readonly #layers: readonly EncoderLayer[];

  /** Throws `WeightsError` if a tensor is missing or has another shape. */
  constructor(config: EncoderConfig, parameters: Parameters, prefix: string, names: EncoderLayerNames) {
    this.#prefix = prefix;
    this.#layers = Array.from(
      { length: config.layers },
      (_, i) => new EncoderLayer(config, parameters.scope(`${prefix}.${i}`), names),
    );
  }

  /** The residual stream `[batch * tokens, hiddenSize]` before the first layer (`x` itself) and after every layer. */
  record(rec: Recorder, x: Tensor, sequences: Sequences): Tensor[] {
    const states = [x];
    for (const [i, layer] of this.#layers.entries()) {
      states.push(rec.scope(`${this.#prefix}.${i}`, () => layer.record(rec, states[i]!, sequences)));
    }
    return states;
  }
}
