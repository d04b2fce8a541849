// Layer norm over the channels of every row.

import layerNormSource from './layer_norm.wgsl?raw';
import lanesSource from './layer_norm_lanes.wgsl?raw';
import plainSource from './layer_norm_plain.wgsl?raw';
import subgroupSource from './layer_norm_subgroup.wgsl?raw';
import momentsSource from './moments.wgsl?raw';
import sumAloneSource from './sum_alone.wgsl?raw';
import sumWorkgroupSource from './sum_workgroup.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type Gpu,
  type Recorder,
  type Tensor,
} from '../gpu/index.ts';
import { byWidth, widthOf, type Widths } from './width.ts';

/** Scale and shift of a norm, each `[C]`. */
export interface NormWeight {
  readonly weight: Tensor;
  readonly bias: Tensor;
}

/** Variants, the plainest first. */
export const LAYER_NORM_VARIANTS = ['plain', 'vector', 'workgroup', 'subgroup'] as const;
/**
 * What takes a row: an invocation that reads its channels one by one (`plain`) or by fours (`vector`), up to 32
 * invocations (`workgroup`), or a subgroup, where the device has them.
 */
export type LayerNormVariant = (typeof LAYER_NORM_VARIANTS)[number];

const LANES = `${layerNormSource}\n${lanesSource}\n${momentsSource}`;
const TEXTS: Readonly<Record<LayerNormVariant, Widths>> = {
  plain: byWidth('layer_norm_plain', `${layerNormSource}\n${plainSource}`),
  vector: byWidth('layer_norm_lanes', `${LANES}\n${sumAloneSource}`),
  workgroup: byWidth('layer_norm_lanes', `${LANES}\n${sumWorkgroupSource}`),
  subgroup: byWidth('layer_norm_subgroup', `${layerNormSource}\n${subgroupSource}`),
};

/** Rows that the subgroups of a workgroup share. */
const SUBGROUP_ROWS = 4;

/** Options of {@link layerNorm}. */
export interface LayerNormOptions {
  readonly eps: number;
  readonly variant?: LayerNormVariant | undefined;
}

/**
 * `(x - mean) / sqrt(variance + eps) · weight + bias` with mean and (biased) variance over the channels of each row of
 * `x` `[…, C]`; the result has x's shape. Throws RangeError when weight or bias is not `[C]`.
 */
export function layerNorm(rec: Recorder, x: Tensor, w: NormWeight, options: LayerNormOptions): Tensor {
  const { eps } = options;
  const channels = x.shape.at(-1) ?? 0;
  const rows = elementCount(x.shape) / channels;
  const fits = [w.weight, w.bias].every(({ shape }) => elementCount(shape) === channels);
  if (!(rows > 0) || !fits || w.weight.dtype !== w.bias.dtype) {
    throw new RangeError(
      `layerNorm: expected weight and bias [${channels}] for ${shapeText(x.shape)}, got ${shapeText(w.weight.shape)} and ${shapeText(w.bias.shape)}`,
    );
  }
  const variant = (options.variant ??
    rec.choose({
      family: 'layer_norm',
      shape: `${rows}x${channels} ${x.dtype} ${w.weight.dtype}`,
      candidates: candidates(rec.gpu),
      record: (alone, candidate) => {
        const stood = { weight: alone.standIn(w.weight), bias: alone.standIn(w.bias) };
        layerNorm(alone, alone.standIn(x), stood, { eps, variant: candidate as LayerNormVariant });
      },
    })) as LayerNormVariant;
  if (variant === 'subgroup' && !rec.gpu.features.subgroups) {
    throw new RangeError('layerNorm subgroup: this device has no subgroups');
  }
  const out = rec.tensor(x.shape, x.dtype, 'layer_norm');
  const width = variant === 'plain' ? 1 : widthOf(channels);
  const lanes = variant === 'workgroup' ? lanesFor(channels / width) : 1;
  const rowsPerWorkgroup = variant === 'subgroup' ? SUBGROUP_ROWS : 64 / lanes;
  rec.dispatch({
    source: TEXTS[variant][width],
    prelude: {
      types: { X: x.dtype, W: w.weight.dtype },
      constants: variant === 'subgroup' ? { USES_SUBGROUPS: true, ROWS: SUBGROUP_ROWS } : { LANES: lanes },
    },
    inputs: [x, w.weight, w.bias],
    outputs: [out],
    params: [rows, channels / width, { f32: eps }],
    workgroups: flatGrid(ceilDiv(rows, rowsPerWorkgroup)),
    flops: 8 * rows * channels,
  });
  return out;
}

/** Invocations for a row of so many vectors: a power of two, at most 32, none without a vector. */
function lanesFor(columns: number): number {
  return 2 ** Math.min(5, Math.floor(Math.log2(columns)));
}

function candidates({ variants, features }: Gpu): [LayerNormVariant, ...LayerNormVariant[]] {
  if (variants === 'software') return ['vector'];
  return features.subgroups ? ['subgroup', 'workgroup'] : ['workgroup'];
}
