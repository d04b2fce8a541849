// Transformer2DModel of diffusers with one block: attention over the pixels of each image, cross-attention to the
// content, feed-forward. Queries, keys and values are one product; the content's keys and values are an input.
import type { Recorder, Tensor } from '../gpu/index.ts';
import { attention } from '../kernels/attention.ts';
import { groupNorm, type NormWeight } from '../kernels/group_norm.ts';
import { layerNorm } from '../kernels/layer_norm.ts';
import { linear, type LinearWeight } from '../kernels/matmul.ts';
import type { Parameters } from './parameters.ts';
import { repeatImages } from './repeat.ts';
import type { UNetConfig } from './unet_config.ts';

/** torch's default of LayerNorm. */
export const LAYER_NORM_EPS = 1e-5;

/** LayerNorm and the fused query, key and value projection of `attn1`; what follows mixes over pixels or frames. */
export class SelfAttention {
  readonly #norm: NormWeight;
  readonly #qkv: LinearWeight;
  readonly #out: LinearWeight;

  constructor(p: Parameters, channels: number) {
    this.#norm = p.norm('norm1', channels);
    this.#qkv = p.linear(['attn1.to_q', 'attn1.to_k', 'attn1.to_v'], channels, channels, { bias: false });
    this.#out = p.linear('attn1.to_out.0', channels, channels);
  }

  /** `x + out(mix(qkv(norm1(x))))`; `mix` takes `[…, 3C]` and gives as many rows of C. */
  record(rec: Recorder, x: Tensor, mix: (qkv: Tensor) => Tensor): Tensor {
    const normed = layerNorm(rec, x, this.#norm, { eps: LAYER_NORM_EPS });
    const mixed = mix(linear(rec, normed, this.#qkv, { label: 'attn1.to_qkv' }));
    return linear(rec, mixed, this.#out, { residual: x, outShape: x.shape, label: 'attn1.to_out' });
  }
}

/** `x + net.2(GEGLU(norm3(x)))`. */
export class FeedForward {
  readonly #norm: NormWeight;
  readonly #up: LinearWeight;
  readonly #down: LinearWeight;

  constructor(p: Parameters, channels: number, multiple: number) {
    this.#norm = p.norm('norm3', channels);
    this.#up = p.linear('ff.net.0.proj', channels, multiple * channels, { geglu: true });
    this.#down = p.linear('ff.net.2', multiple * channels, channels);
  }

  record(rec: Recorder, x: Tensor): Tensor {
    const normed = layerNorm(rec, x, this.#norm, { eps: LAYER_NORM_EPS });
    const inner = linear(rec, normed, this.#up, { geglu: true, label: 'ff.net.0' });
    return linear(rec, inner, this.#down, { residual: x, label: 'ff.net.2' });
  }
}

/** Keys and values of the contents of a batch, and for which images they are. */
export interface CrossInputs {
  /** `[contents · tokens, 2C]`: keys and values side by side, as {@link SpatialTransformer.recordContent} gives them. */
  readonly keyValues: Tensor;
  readonly contents: number;
  /** Images of the output: as many as come in, or as many for each content. */
  readonly images: number;
}

/** `attentions.N` of the UNet. */
export class SpatialTransformer {
  readonly #norm: NormWeight;
  readonly #projIn: LinearWeight;
  readonly #self: SelfAttention;
  readonly #crossNorm: NormWeight;
  readonly #toQ: LinearWeight;
  readonly #toKV: LinearWeight;
  readonly #crossOut: LinearWeight;
  readonly #feedForward: FeedForward;
  readonly #projOut: LinearWeight;

  constructor(
    p: Parameters,
    readonly channels: number,
    readonly config: UNetConfig,
  ) {
    const block = p.scope('transformer_blocks.0');
    this.#norm = p.norm('norm', channels);
    this.#projIn = p.linear('proj_in', channels, channels);
    this.#self = new SelfAttention(block, channels);
    this.#crossNorm = block.norm('norm2', channels);
    this.#toQ = block.linear('attn2.to_q', channels, channels, { bias: false });
    this.#toKV = block.linear(['attn2.to_k', 'attn2.to_v'], config.crossAttentionDim, channels, {
      bias: false,
    });
    this.#crossOut = block.linear('attn2.to_out.0', channels, channels);
    this.#feedForward = new FeedForward(block, channels, config.feedForwardMultiple);
    this.#projOut = p.linear('proj_out', channels, channels);
  }

  /** Keys and values of content tokens `[contents · tokens, crossAttentionDim]`: once per run, not per step. */
  recordContent(rec: Recorder, tokens: Tensor): Tensor {
    return linear(rec, tokens, this.#toKV, { label: 'attn2.to_kv' });
  }

  /**
   * `[n, h, w, C]` to `[images, h, w, C]`. Where the images are the same for every content (n is `images / contents`),
   * everything before the cross-attention is computed once.
   */
  record(rec: Recorder, x: Tensor, cross: CrossInputs): Tensor {
    const { normGroups: groups, transformerNormEps: eps } = this.config;
    const normed = groupNorm(rec, x, this.#norm, { groups, eps });
    const tokens = linear(rec, normed, this.#projIn, { label: 'proj_in' });
    const mixed = this.#self.record(rec, tokens, (qkv) => this.#overPixels(rec, qkv));
    const crossed = this.#crossAttend(rec, repeatImages(rec, mixed, cross.images), cross);
    const inner = this.#feedForward.record(rec, crossed);
    const residual = repeatImages(rec, x, cross.images);
    return linear(rec, inner, this.#projOut, { residual, label: 'proj_out' });
  }

  #overPixels(rec: Recorder, qkv: Tensor): Tensor {
    const { channels } = this;
    const [batch = 1, height = 1, width = 1] = qkv.shape;
    const part = (i: number) => ({ tensor: qkv, offset: i * channels, stride: 3 * channels });
    const pixels = height * width;
    const sizes = { batch, queries: pixels, keys: pixels, ...this.#heads() };
    return attention(rec, { q: part(0), k: part(1), v: part(2), ...sizes });
  }

  #crossAttend(rec: Recorder, x: Tensor, { keyValues, contents }: CrossInputs): Tensor {
    const { channels } = this;
    const [batch = 1, height = 1, width = 1] = x.shape;
    const normed = layerNorm(rec, x, this.#crossNorm, { eps: LAYER_NORM_EPS });
    const q = linear(rec, normed, this.#toQ, { label: 'attn2.to_q' });
    const part = (i: number) => ({ tensor: keyValues, offset: i * channels, stride: 2 * channels });
    const keys = this.config.contentTokens;
    const sizes = { batch, queries: height * width, keys, keyBatches: contents, ...this.#heads() };
    const view = { tensor: q, offset: 0, stride: channels };
    const mixed = attention(rec, { q: view, k: part(0), v: part(1), ...sizes });
    return linear(rec, mixed, this.#crossOut, { residual: x, outShape: x.shape, label: 'attn2.to_out' });
  }

  #heads(): { heads: number; headDim: number } {
    const { headDim } = this.config;
    return { heads: this.channels / headDim, headDim };
  }
}
