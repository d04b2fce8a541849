// DPT's neck and head (Ranftl et al. 2021, section 3 and figure 1): tokens of four layers are reassembled into feature
// maps of four scales, fused from the coarsest up, and turned into one number a pixel. Names as in transformers.

import type { Recorder, Tensor } from '../gpu/index.ts';
import { activate, add } from '../kernels/activation.ts';
import { conv2d, type ConvWeight } from '../kernels/conv2d.ts';
import { convTranspose2d } from '../kernels/conv_transpose2d.ts';
import { concat, slice } from '../kernels/copy.ts';
import { linear, type LinearWeight } from '../kernels/matmul.ts';
import { resize } from '../kernels/resize.ts';
import type { DptConfig } from './dpt_config.ts';
import type { Parameters } from './parameters.ts';

/** Patches down and across. */
type Grid = readonly [rows: number, columns: number];

/** DPTNeck: reassemble, bring to one width, fuse. */
export class DptNeck {
  readonly #reassemble: readonly Reassemble[];
  readonly #convs: readonly ConvWeight[];
  readonly #fusion: readonly FusionLayer[];

  /** Throws `WeightsError` if a tensor is missing or has another shape. */
  constructor(config: DptConfig, parameters: Parameters) {
    const { neckSizes, fusionSize } = config;
    const stage = parameters.scope('reassemble_stage');
    this.#reassemble = neckSizes.map((_, i) => new Reassemble(config, stage, i));
    this.#convs = neckSizes.map((size, i) =>
      parameters.conv2d(`convs.${i}`, size, fusionSize, 3, { bias: false }),
    );
    const fusion = parameters.scope('fusion_stage');
    this.#fusion = neckSizes.map((_, i) => new FusionLayer(fusionSize, fusion.scope(`layers.${i}`), i > 0));
  }

  /** `states`: four times `[n * (1 + rows * columns), hiddenSize]`. The result is `[n, ~8 rows, ~8 columns, fusionSize]`. */
  record(rec: Recorder, states: readonly Tensor[], batch: number, grid: Grid): Tensor {
    const maps = states.map((state, i) => {
      const map = this.#reassemble[i]!.record(rec, state, batch, grid);
      return rec.scope(`convs.${i}`, () => conv2d(rec, map, this.#convs[i]!));
    });
    return this.#fusion.reduce<Tensor | undefined>(
      (fused, layer, i) =>
        rec.scope(`fusion_stage.layers.${i}`, () => layer.record(rec, maps[maps.length - 1 - i]!, fused)),
      undefined,
    )!;
  }
}

/** DPTReassembleStage, one of its four: the class token joins every patch, then width and scale change. */
class Reassemble {
  readonly #config: DptConfig;
  readonly #index: number;
  readonly #readout: LinearWeight;
  readonly #projection: ConvWeight;
  readonly #resize: ConvWeight | undefined;

  constructor(config: DptConfig, parameters: Parameters, index: number) {
    const { hiddenSize, neckSizes } = config;
    const size = neckSizes[index]!;
    this.#config = config;
    this.#index = index;
    this.#readout = parameters.linear(`readout_projects.${index}.0`, 2 * hiddenSize, hiddenSize);
    const layer = parameters.scope(`layers.${index}`);
    this.#projection = layer.conv2d('projection', hiddenSize, size, 1);
    if (index < 2) this.#resize = layer.convTranspose2d('resize', size, size, index === 0 ? 4 : 2);
    if (index === 3) this.#resize = layer.conv2d('resize', size, size, 3, { stride: 2 });
  }

  record(rec: Recorder, state: Tensor, batch: number, [rows, columns]: Grid): Tensor {
    const { hiddenSize, activation } = this.#config;
    const patches = rows * columns;
    const sequence = rec.reshape(state, [batch, 1 + patches, hiddenSize]);
    const readout = rec.scope(`reassemble_stage.readout_projects.${this.#index}`, () => {
      const token = slice(rec, sequence, 1, 0, 1);
      const joined = concat(rec, [slice(rec, sequence, 1, 1, patches), token], 2);
      return linear(rec, joined, this.#readout, { activation });
    });
    return rec.scope(`reassemble_stage.layers.${this.#index}`, () => {
      const image = rec.reshape(readout, [batch, rows, columns, hiddenSize]);
      const map = conv2d(rec, image, this.#projection);
      if (!this.#resize) return map;
      return this.#index < 2
        ? convTranspose2d(rec, map, this.#resize)
        : conv2d(rec, map, this.#resize, { stride: 2, padding: 1 });
    });
  }
}

/** DPTFeatureFusionLayer: adds the next finer map to what is fused, refines, doubles. The coarsest map has none before it. */
class FusionLayer {
  readonly #first: ResidualUnit | undefined;
  readonly #second: ResidualUnit;
  readonly #projection: ConvWeight;

  constructor(size: number, parameters: Parameters, joins: boolean) {
    if (joins) this.#first = new ResidualUnit(size, parameters.scope('residual_layer1'));
    this.#second = new ResidualUnit(size, parameters.scope('residual_layer2'));
    this.#projection = parameters.conv2d('projection', size, size, 1);
  }

  record(rec: Recorder, map: Tensor, fused: Tensor | undefined): Tensor {
    const joined = fused && this.#first ? this.#join(rec, map, fused, this.#first) : map;
    const refined = rec.scope('residual_layer2', () => this.#second.record(rec, joined));
    return conv2d(rec, doubled(rec, refined), this.#projection);
  }

  /** `fused + unit(map)`; an odd patch grid leaves the map a pixel smaller, then it is resized. */
  #join(rec: Recorder, map: Tensor, fused: Tensor, unit: ResidualUnit): Tensor {
    const [, height = 0, width = 0] = fused.shape;
    const same = map.shape[1] === height && map.shape[2] === width;
    const fitted = same ? map : resize(rec, map, [height, width], { mode: 'bilinear' });
    return add(
      rec,
      fused,
      rec.scope('residual_layer1', () => unit.record(rec, fitted)),
    );
  }
}

/** DPTPreActResidualLayer without batch norm: `x + conv2(relu(conv1(relu(x))))`. */
class ResidualUnit {
  readonly #conv1: ConvWeight;
  readonly #conv2: ConvWeight;

  constructor(size: number, parameters: Parameters) {
    this.#conv1 = parameters.conv2d('convolution1', size, size, 3);
    this.#conv2 = parameters.conv2d('convolution2', size, size, 3);
  }

  record(rec: Recorder, x: Tensor): Tensor {
    const inner = conv2d(rec, activate(rec, x, 'relu'), this.#conv1, { activation: 'relu' });
    return conv2d(rec, inner, this.#conv2, { residual: x });
  }
}

/** DPTDepthEstimationHead: back to the picture's size, then to one non-negative number a pixel. */
export class DptHead {
  readonly #conv1: ConvWeight;
  readonly #conv2: ConvWeight;
  readonly #conv3: ConvWeight;

  /** Throws `WeightsError` if a tensor is missing or has another shape. */
  constructor({ fusionSize }: DptConfig, parameters: Parameters) {
    const half = Math.floor(fusionSize / 2);
    this.#conv1 = parameters.conv2d('head.0', fusionSize, half, 3);
    this.#conv2 = parameters.conv2d('head.2', half, 32, 3);
    this.#conv3 = parameters.conv2d('head.4', 32, 1, 1);
  }

  /** `[n, h, w, fusionSize]` to `[n, 2h, 2w, 1]`. */
  record(rec: Recorder, fused: Tensor): Tensor {
    const narrow = conv2d(rec, fused, this.#conv1);
    const inner = conv2d(rec, doubled(rec, narrow), this.#conv2, { activation: 'relu' });
    return conv2d(rec, inner, this.#conv3, { activation: 'relu' });
  }
}

/** Twice the size, bilinear, corners on corners. */
function doubled(rec: Recorder, x: Tensor): Tensor {
  const [, height = 0, width = 0] = x.shape;
  return resize(rec, x, [2 * height, 2 * width], { mode: 'bilinear', alignCorners: true });
}
