// Attention over the frames of a clip, at every pixel by itself (Gen-1, section 3.2), with learned frame positions.
import { shapeText, type Recorder, type Tensor } from '../gpu/index.ts';
import { temporalAttention } from '../kernels/temporal_attention.ts';
import { groupNorm, type NormWeight } from '../kernels/group_norm.ts';
import { linear, type LinearWeight } from '../kernels/matmul.ts';
import type { Parameters } from './parameters.ts';
import { repeatImages } from './repeat.ts';
import { FeedForward, SelfAttention } from './transformer.ts';
import type { UNetConfig } from './unet_config.ts';

/** `temporal_attentions.N` of the UNet: group norm per frame, proj_in, + position, attention, feed-forward, proj_out. */
export class TemporalTransformer {
  readonly #norm: NormWeight;
  readonly #projIn: LinearWeight;
  readonly #positions: Tensor;
  readonly #self: SelfAttention;
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
    this.#positions = p.tensor('position_embedding.weight', [config.maxFrames, channels]);
    this.#self = new SelfAttention(block, channels);
    this.#feedForward = new FeedForward(block, channels, config.feedForwardMultiple);
    this.#projOut = p.linear('proj_out', channels, channels);
  }

  /** `[clips · frames, h, w, C]`, frames of a clip together. Throws RangeError for more frames than were trained. */
  record(rec: Recorder, x: Tensor, frames: number): Tensor {
    const { normGroups: groups, transformerNormEps: eps, headDim, maxFrames } = this.config;
    const { channels } = this;
    const [images = 0, height = 1, width = 1] = x.shape;
    if (frames > maxFrames || images % frames !== 0) {
      throw new RangeError(
        `temporal attention: expected clips of at most ${maxFrames} frames, got ${frames} in ${shapeText(x.shape)}`,
      );
    }
    const normed = groupNorm(rec, x, this.#norm, { groups, eps });
    // A clip uses the table's first rows: the same buffer, seen shorter.
    const positions = { ...this.#positions, shape: [frames, channels] };
    const rowBias = repeatImages(rec, positions, images);
    const placed = linear(rec, normed, this.#projIn, { rowBias, label: 'proj_in' });
    const sizes = {
      clips: images / frames,
      frames,
      pixels: height * width,
      heads: channels / headDim,
      headDim,
    };
    const mixed = this.#self.record(rec, placed, (qkv) => temporalAttention(rec, { qkv, ...sizes }));
    const inner = this.#feedForward.record(rec, mixed);
    return linear(rec, inner, this.#projOut, { residual: x, label: 'proj_out' });
  }
}
