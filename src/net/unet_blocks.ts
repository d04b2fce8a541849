// The levels of the Gen-1 UNet: resnets, each followed by spatial and temporal attention where the level has them.
import type { Recorder, Tensor } from '../gpu/index.ts';
import { concat } from '../kernels/copy.ts';
import { conv2d, type ConvWeight } from '../kernels/conv2d.ts';
import type { Parameters } from './parameters.ts';
import { repeatImages } from './repeat.ts';
import { ResnetBlock2D } from './resnet.ts';
import { TemporalTransformer } from './temporal.ts';
import { SpatialTransformer } from './transformer.ts';
import type { UNetConfig } from './unet_config.ts';

/** What all blocks of one evaluation share. */
export interface Evaluation {
  /** SiLU of the time embedding, `[1, timeEmbedDim]`. */
  readonly time: Tensor;
  /** Frames of a clip; undefined skips everything temporal. */
  readonly clipFrames: number | undefined;
  /** Contents in the batch, and images of all of them together. */
  readonly contents: number;
  readonly images: number;
  /** The content's keys and values for an attention of this UNet. */
  readonly keyValues: (of: SpatialTransformer) => Tensor;
}

/** What goes wherever blocks are built. */
export interface BlockBuilder {
  readonly config: UNetConfig;
  /** Collects the spatial transformers in the order in which content is computed for them. */
  readonly attentions: Map<string, SpatialTransformer>;
}

function resnetOf(p: Parameters, config: UNetConfig, inChannels: number, outChannels: number): ResnetBlock2D {
  const { normGroups: groups, normEps: eps, timeEmbedDim: timeChannels } = config;
  return new ResnetBlock2D(p, { inChannels, outChannels, groups, eps, timeChannels, temporal: true });
}

/** `attentions.N` and `temporal_attentions.N`. */
class AttentionPair {
  readonly #spatial: SpatialTransformer;
  readonly #temporal: TemporalTransformer;

  constructor(
    p: Parameters,
    path: string,
    readonly index: number,
    channels: number,
    { config, attentions }: BlockBuilder,
  ) {
    this.#spatial = new SpatialTransformer(p.scope(`attentions.${index}`), channels, config);
    this.#temporal = new TemporalTransformer(p.scope(`temporal_attentions.${index}`), channels, config);
    attentions.set(`${path}.attentions.${index}`, this.#spatial);
  }

  record(rec: Recorder, x: Tensor, { contents, images, keyValues, clipFrames }: Evaluation): Tensor {
    const spatial = rec.scope(`attentions.${this.index}`, () =>
      this.#spatial.record(rec, x, { keyValues: keyValues(this.#spatial), contents, images }),
    );
    if (clipFrames === undefined) return spatial;
    return rec.scope(`temporal_attentions.${this.index}`, () =>
      this.#temporal.record(rec, spatial, clipFrames),
    );
  }
}

/** One resnet and its attention, number `index` of a block. */
class Layer {
  readonly #resnet: ResnetBlock2D;
  readonly #attention: AttentionPair | undefined;

  constructor(
    p: Parameters,
    path: string,
    readonly index: number,
    channels: { readonly in: number; readonly out: number; readonly attention: boolean },
    builder: BlockBuilder,
  ) {
    this.#resnet = resnetOf(p.scope(`resnets.${index}`), builder.config, channels.in, channels.out);
    if (channels.attention) this.#attention = new AttentionPair(p, path, index, channels.out, builder);
  }

  record(rec: Recorder, x: Tensor, evaluation: Evaluation): Tensor {
    const inner = rec.scope(`resnets.${this.index}`, () => this.#resnet.record(rec, x, evaluation));
    return this.#attention ? this.#attention.record(rec, inner, evaluation) : inner;
  }
}

/** `down_blocks.N`: layers, each kept for the way up, then a stride-2 convolution, kept too, unless it is the last. */
export class DownBlock {
  readonly #layers: readonly Layer[];
  readonly #sampler: ConvWeight | undefined;

  constructor(p: Parameters, level: number, builder: BlockBuilder) {
    const { blockOutChannels, layersPerBlock, attention } = builder.config;
    const out = blockOutChannels[level]!;
    const before = blockOutChannels[level - 1] ?? out;
    const path = `down_blocks.${level}`;
    const inner = p.scope(path);
    this.#layers = Array.from({ length: layersPerBlock }, (_, i) => {
      const channels = { in: i === 0 ? before : out, out, attention: attention[level]! };
      return new Layer(inner, path, i, channels, builder);
    });
    if (level < blockOutChannels.length - 1) {
      this.#sampler = inner.conv2d('downsamplers.0.conv', out, out, 3, { stride: 2 });
    }
  }

  /** Pushes what the way up will need to `skips`. */
  record(rec: Recorder, input: Tensor, evaluation: Evaluation, skips: Tensor[]): Tensor {
    let x = input;
    for (const layer of this.#layers) skips.push((x = layer.record(rec, x, evaluation)));
    const sampler = this.#sampler;
    if (!sampler) return x;
    skips.push((x = conv2d(rec, x, sampler, { stride: 2, padding: 1, label: 'downsamplers.0' })));
    return x;
  }
}

/** `mid_block`: a resnet, attention, a resnet. */
export class MidBlock {
  readonly #first: Layer;
  readonly #last: Layer;

  constructor(p: Parameters, builder: BlockBuilder) {
    const channels = builder.config.blockOutChannels.at(-1)!;
    const inner = p.scope('mid_block');
    const sides = { in: channels, out: channels };
    this.#first = new Layer(inner, 'mid_block', 0, { ...sides, attention: true }, builder);
    this.#last = new Layer(inner, 'mid_block', 1, { ...sides, attention: false }, builder);
  }

  record(rec: Recorder, x: Tensor, evaluation: Evaluation): Tensor {
    return this.#last.record(rec, this.#first.record(rec, x, evaluation), evaluation);
  }
}

/** `up_blocks.N`: layers that each take a kept activation beside their input, then an upsampling convolution. */
export class UpBlock {
  readonly #layers: readonly Layer[];
  readonly #sampler: ConvWeight | undefined;

  constructor(p: Parameters, index: number, builder: BlockBuilder) {
    const { blockOutChannels, layersPerBlock, attention } = builder.config;
    const level = blockOutChannels.length - 1 - index;
    const out = blockOutChannels[level]!;
    const below = blockOutChannels[level + 1] ?? out;
    const above = blockOutChannels[level - 1] ?? blockOutChannels[0]!;
    const path = `up_blocks.${index}`;
    const inner = p.scope(path);
    this.#layers = Array.from({ length: layersPerBlock + 1 }, (_, i) => {
      const skip = i === layersPerBlock ? above : out;
      const channels = { in: (i === 0 ? below : out) + skip, out, attention: attention[level]! };
      return new Layer(inner, path, i, channels, builder);
    });
    if (level > 0) this.#sampler = inner.conv2d('upsamplers.0.conv', out, out, 3);
  }

  /** Pops from `skips` what the way down left there. */
  record(rec: Recorder, input: Tensor, evaluation: Evaluation, skips: Tensor[]): Tensor {
    let x = input;
    for (const layer of this.#layers) {
      const parts = [x, skips.pop()!].map((part) => repeatImages(rec, part, evaluation.images));
      x = layer.record(rec, concat(rec, parts, 3), evaluation);
    }
    if (!this.#sampler) return x;
    // The size of the level above, which is not always twice this one's.
    const [, height = 1, width = 1] = skips.at(-1)!.shape;
    return conv2d(rec, x, this.#sampler, { upsample: [height, width], label: 'upsamplers.0' });
  }
}
