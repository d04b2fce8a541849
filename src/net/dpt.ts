// DPTForDepthEstimation of transformers with a ViT backbone (Ranftl et al. 2021, "Vision Transformers for Dense
// Prediction"): relative disparity of pictures, larger is nearer. The neck and head are in dpt_neck.ts.

import type { Recorder, Tensor } from '../gpu/index.ts';
import { addRows } from '../kernels/add_rows.ts';
import { conv2d, type ConvWeight } from '../kernels/conv2d.ts';
import { concat, slice } from '../kernels/copy.ts';
import { resize } from '../kernels/resize.ts';
import type { DptConfig } from './dpt_config.ts';
import { DptHead, DptNeck } from './dpt_neck.ts';
import type { Parameters } from './parameters.ts';
import { TransformerEncoder, VIT_LAYER } from './transformer_encoder.ts';

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
