// ResnetBlock2D of diffusers, with the Gen-1 paper's temporal convolutions after its two spatial ones where a network
// has them (section 3.2 there): x + conv2(silu(norm2(conv1(silu(norm1(x))) + time))).
import type { Recorder, Tensor } from '../gpu/index.ts';
import { conv2d, type ConvWeight } from '../kernels/conv2d.ts';
import { groupNorm, type NormWeight } from '../kernels/group_norm.ts';
import { linear, type LinearWeight } from '../kernels/matmul.ts';
import { temporalConv } from '../kernels/temporal_conv.ts';
import type { Parameters } from './parameters.ts';

/** Shape of a {@link ResnetBlock2D}. */
export interface ResnetOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly eps: number;
  /** Width of the time embedding that is added between the convolutions; none in a VAE. */
  readonly timeChannels?: number;
  /** Whether the block has `conv1_temporal` and `conv2_temporal`. */
  readonly temporal?: boolean;
}

/** What one evaluation gives to a block besides its input. */
export interface ResnetInputs {
  /** SiLU of the time embedding, `[1, timeChannels]`. */
  readonly time?: Tensor;
  /** Frames of a clip: the temporal convolutions run over them. Absent for images, which skip those. */
  readonly clipFrames?: number | undefined;
}

/** Two 3×3 convolutions with a residual; the shortcut is a 1×1 convolution where the channels change. */
export class ResnetBlock2D {
  readonly #options: ResnetOptions;
  readonly #norms: readonly [NormWeight, NormWeight];
  readonly #convs: readonly [ConvWeight, ConvWeight];
  readonly #temporals: readonly [ConvWeight, ConvWeight] | undefined;
  readonly #timeProjection: LinearWeight | undefined;
  readonly #shortcut: ConvWeight | undefined;

  constructor(p: Parameters, options: ResnetOptions) {
    const { inChannels, outChannels, timeChannels, temporal } = options;
    const temporalConvOf = (name: string) => p.conv1d(`${name}.conv`, outChannels, outChannels, 3);
    this.#options = options;
    this.#norms = [p.norm('norm1', inChannels), p.norm('norm2', outChannels)];
    this.#convs = [
      p.conv2d('conv1', inChannels, outChannels, 3),
      p.conv2d('conv2', outChannels, outChannels, 3),
    ];
    if (temporal) this.#temporals = [temporalConvOf('conv1_temporal'), temporalConvOf('conv2_temporal')];
    if (timeChannels) this.#timeProjection = p.linear('time_emb_proj', timeChannels, outChannels);
    if (inChannels !== outChannels) this.#shortcut = p.conv2d('conv_shortcut', inChannels, outChannels, 1);
  }

  /** `[images, h, w, inChannels]` to `[images, h, w, outChannels]`. */
  record(rec: Recorder, x: Tensor, { time, clipFrames }: ResnetInputs = {}): Tensor {
    const channelBias =
      this.#timeProjection && time && linear(rec, time, this.#timeProjection, { label: 'time_emb_proj' });
    const shortcut = this.#shortcut ? conv2d(rec, x, this.#shortcut, { label: 'conv_shortcut' }) : x;
    const inner = this.#convolve(rec, x, 0, { ...(channelBias && { channelBias }) }, clipFrames);
    return this.#convolve(rec, inner, 1, { residual: shortcut }, clipFrames);
  }

  // What is added after a convolution is added by the last kernel that writes its output.
  #convolve(
    rec: Recorder,
    x: Tensor,
    which: 0 | 1,
    epilogue: { readonly channelBias?: Tensor; readonly residual?: Tensor },
    clipFrames: number | undefined,
  ): Tensor {
    const { groups, eps } = this.#options;
    const label = `conv${which + 1}`;
    const normed = groupNorm(rec, x, this.#norms[which], { groups, eps, activation: 'silu' });
    if (!this.#temporals || clipFrames === undefined) {
      return conv2d(rec, normed, this.#convs[which], { ...epilogue, label });
    }
    const spatial = conv2d(rec, normed, this.#convs[which], { label });
    return temporalConv(rec, spatial, this.#temporals[which], { frames: clipFrames, ...epilogue });
  }
}
