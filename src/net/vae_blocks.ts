// Encoder and Decoder of AutoencoderKL (diffusers models/autoencoders/vae.py).
import type { Recorder, Tensor } from '../gpu/index.ts';
import { attention } from '../kernels/attention.ts';
import { conv2d, type ConvWeight } from '../kernels/conv2d.ts';
import { groupNorm, type NormWeight } from '../kernels/group_norm.ts';
import { linear, type LinearWeight } from '../kernels/matmul.ts';
import type { Parameters } from './parameters.ts';
import { ResnetBlock2D } from './resnet.ts';
import type { AutoencoderKLConfig } from './vae_config.ts';

/** Group norms of the VAE, as published; not a key of its config. */
const EPS = 1e-6;

/** Encoder downsamplers pad right and bottom only: [top, left, bottom, right]. */
const DOWN_PADDING = [0, 0, 1, 1] as const;

/** Images to moments before the quant conv: `[n, H, W, in]` to `[n, h, w, 2·latent]`. */
export class Encoder {
  readonly #convIn: ConvWeight;
  readonly #levels: readonly Level[];
  readonly #mid: MidBlock;
  readonly #end: Head;

  constructor(p: Parameters, config: AutoencoderKLConfig) {
    const { blockOutChannels, layersPerBlock, normGroups } = config;
    const [first, last] = ends(blockOutChannels);
    this.#convIn = p.conv2d('conv_in', config.inChannels, first, 3);
    this.#levels = blockOutChannels.map((channels, i) => {
      const inner = p.scope(`down_blocks.${i}`);
      const resnets = resnetsOf(
        inner,
        blockOutChannels[i - 1] ?? first,
        channels,
        layersPerBlock,
        normGroups,
      );
      if (i === blockOutChannels.length - 1) return { resnets };
      return { resnets, sampler: inner.conv2d('downsamplers.0.conv', channels, channels, 3, { stride: 2 }) };
    });
    this.#mid = new MidBlock(p.scope('mid_block'), last, config);
    this.#end = new Head(p, last, 2 * config.latentChannels, normGroups);
  }

  record(rec: Recorder, image: Tensor): Tensor {
    let x = rec.scope('conv_in', () => conv2d(rec, image, this.#convIn));
    for (const [i, { resnets, sampler }] of this.#levels.entries()) {
      x = rec.scope(`down_blocks.${i}`, () => {
        const inner = recordResnets(rec, x, resnets);
        if (!sampler) return inner;
        return conv2d(rec, inner, sampler, { stride: 2, padding: DOWN_PADDING, label: 'downsamplers.0' });
      });
    }
    x = rec.scope('mid_block', () => this.#mid.record(rec, x));
    return this.#end.record(rec, x);
  }
}

/** Latents after the post quant conv to images: `[n, h, w, latent]` to `[n, H, W, out]`. */
export class Decoder {
  readonly #convIn: ConvWeight;
  readonly #mid: MidBlock;
  readonly #levels: readonly Level[];
  readonly #end: Head;

  constructor(p: Parameters, config: AutoencoderKLConfig) {
    const { layersPerBlock, normGroups } = config;
    const [first, last] = ends(config.blockOutChannels);
    this.#convIn = p.conv2d('conv_in', config.latentChannels, last, 3);
    this.#mid = new MidBlock(p.scope('mid_block'), last, config);
    const upward = config.blockOutChannels.toReversed();
    this.#levels = upward.map((channels, i) => {
      const inner = p.scope(`up_blocks.${i}`);
      const resnets = resnetsOf(inner, upward[i - 1] ?? last, channels, layersPerBlock + 1, normGroups);
      if (i === upward.length - 1) return { resnets };
      return { resnets, sampler: inner.conv2d('upsamplers.0.conv', channels, channels, 3) };
    });
    this.#end = new Head(p, first, config.outChannels, normGroups);
  }

  record(rec: Recorder, latent: Tensor): Tensor {
    let x = rec.scope('conv_in', () => conv2d(rec, latent, this.#convIn));
    x = rec.scope('mid_block', () => this.#mid.record(rec, x));
    for (const [i, { resnets, sampler }] of this.#levels.entries()) {
      x = rec.scope(`up_blocks.${i}`, () => {
        const inner = recordResnets(rec, x, resnets);
        return sampler ? conv2d(rec, inner, sampler, { upsample: true, label: 'upsamplers.0' }) : inner;
      });
    }
    return this.#end.record(rec, x);
  }
}

/** One resolution: its resnets and the convolution that leaves it. */
interface Level {
  readonly resnets: readonly ResnetBlock2D[];
  readonly sampler?: ConvWeight;
}

function resnetsOf(
  p: Parameters,
  inChannels: number,
  outChannels: number,
  count: number,
  groups: number,
): ResnetBlock2D[] {
  return Array.from({ length: count }, (_, i) => {
    const options = { inChannels: i === 0 ? inChannels : outChannels, outChannels, groups, eps: EPS };
    return new ResnetBlock2D(p.scope(`resnets.${i}`), options);
  });
}

function recordResnets(rec: Recorder, x: Tensor, resnets: readonly ResnetBlock2D[]): Tensor {
  return resnets.reduce((inner, resnet, i) => rec.scope(`resnets.${i}`, () => resnet.record(rec, inner)), x);
}

function ends(channels: readonly number[]): [first: number, last: number] {
  return [channels[0]!, channels.at(-1)!];
}

/** UNetMidBlock2D: a resnet, attention over the pixels where the config has it, a resnet. */
class MidBlock {
  readonly #resnets: readonly ResnetBlock2D[];
  readonly #attention: MidAttention | undefined;

  constructor(p: Parameters, channels: number, { normGroups, midAttention }: AutoencoderKLConfig) {
    this.#resnets = resnetsOf(p, channels, channels, 2, normGroups);
    if (midAttention) this.#attention = new MidAttention(p.scope('attentions.0'), channels, normGroups);
  }

  record(rec: Recorder, input: Tensor): Tensor {
    const [before, after] = this.#resnets;
    const inner = this.#attention;
    let x = rec.scope('resnets.0', () => before!.record(rec, input));
    if (inner) x = rec.scope('attentions.0', () => inner.record(rec, x));
    return rec.scope('resnets.1', () => after!.record(rec, x));
  }
}

/** Single-head self-attention over the pixels of each image. */
class MidAttention {
  readonly #norm: NormWeight;
  readonly #qkv: LinearWeight;
  readonly #out: LinearWeight;

  constructor(
    p: Parameters,
    readonly channels: number,
    readonly groups: number,
  ) {
    this.#norm = p.norm('group_norm', channels);
    this.#qkv = p.linear(['to_q', 'to_k', 'to_v'], channels, channels);
    this.#out = p.linear('to_out.0', channels, channels);
  }

  record(rec: Recorder, x: Tensor): Tensor {
    const { channels, groups } = this;
    const [batch = 1, height = 1, width = 1] = x.shape;
    const normed = groupNorm(rec, x, this.#norm, { groups, eps: EPS });
    const qkv = linear(rec, normed, this.#qkv, { label: 'to_qkv' });
    const part = (i: number) => ({ tensor: qkv, offset: i * channels, stride: 3 * channels });
    const pixels = height * width;
    const mixed = attention(rec, {
      ...{ q: part(0), k: part(1), v: part(2), batch, queries: pixels, keys: pixels },
      ...{ heads: 1, headDim: channels },
    });
    return linear(rec, mixed, this.#out, { residual: x, outShape: x.shape, label: 'to_out' });
  }
}

/** conv_norm_out, SiLU, conv_out. */
class Head {
  readonly #norm: NormWeight;
  readonly #conv: ConvWeight;

  constructor(
    p: Parameters,
    channels: number,
    outChannels: number,
    readonly groups: number,
  ) {
    this.#norm = p.norm('conv_norm_out', channels);
    this.#conv = p.conv2d('conv_out', channels, outChannels, 3);
  }

  record(rec: Recorder, x: Tensor): Tensor {
    const { groups } = this;
    const normed = groupNorm(rec, x, this.#norm, { groups, eps: EPS, activation: 'silu' });
    return rec.scope('conv_out', () => conv2d(rec, normed, this.#conv));
  }
}
