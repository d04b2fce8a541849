// Group norm of frames or whole clips, with SiLU: partial moments of shares of the pixels, merged, then applied.

import applySource from './group_norm_apply.wgsl?raw';
import mergeSource from './group_norm_merge.wgsl?raw';
import partialSource from './group_norm_partial.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';
import type { NormWeight } from './layer_norm.ts';
import { byWidth, widthOf } from './width.ts';

export type { NormWeight };

/** Options of {@link groupNorm}. */
export interface GroupNormOptions {
  /** Divides the channels. */
  readonly groups: number;
  readonly eps: number;
  /** Applied to the result; default `none`. */
  readonly activation?: 'none' | 'silu';
  /** Frames that share their moments: 1 (the default) is per frame, a clip's length is per clip. */
  readonly framesPerStatistic?: number;
}

const PARTIAL = byWidth('group_norm_partial', partialSource);
const MERGE: ShaderSource = { name: 'group_norm_merge', wgsl: mergeSource };
const APPLY = byWidth('group_norm_apply', applySource);

/** Pixels that one invocation of group_norm_apply.wgsl takes. */
const PIXELS_PER_APPLY = 8;
/** Invocations that keep a device busy while it reduces: shares are cut until there are so many. */
const PARALLEL = { software: 512, hardware: 16384 };
/** A share below this many pixels is not worth its merge. */
const LEAST_SHARE = 16;

/**
 * `activation((x - mean) / sqrt(variance + eps) · weight + bias)`, `x` `[N, H, W, C]`; mean and (biased) variance over
 * `framesPerStatistic` frames and the channels of a group. Throws RangeError when sizes do not divide or fit.
 */
export function groupNorm(rec: Recorder, x: Tensor, w: NormWeight, options: GroupNormOptions): Tensor {
  const { groups, eps, activation = 'none', framesPerStatistic = 1 } = options;
  const channels = x.shape.at(-1) ?? 0;
  const frames = x.shape[0] ?? 0;
  const rows = elementCount(x.shape) / channels;
  const fits = [w.weight, w.bias].every(({ shape }) => elementCount(shape) === channels);
  if (!(rows > 0) || x.shape.length < 2 || channels % groups || frames % framesPerStatistic || !fits) {
    throw new RangeError(
      `groupNorm: expected [N, H, W, C] with C in ${groups} groups, N in clips of ${framesPerStatistic}, weight and bias [C]; ` +
        `got ${shapeText(x.shape)}, ${shapeText(w.weight.shape)}, ${shapeText(w.bias.shape)}`,
    );
  }
  const statistics = frames / framesPerStatistic;
  const pixels = rows / statistics;
  const width = widthOf(channels);
  const columns = channels / width;
  const wanted = PARALLEL[rec.gpu.variants] / (statistics * columns);
  const share = Math.max(LEAST_SHARE, Math.ceil(pixels / Math.max(1, Math.ceil(wanted))));
  const splits = ceilDiv(pixels, share);

  const means = rec.tensor([statistics, splits, channels], 'f32', 'group_norm.means');
  const squares = rec.tensor([statistics, splits, channels], 'f32', 'group_norm.squares');
  rec.dispatch({
    source: PARTIAL[width],
    prelude: { types: { X: x.dtype, W: w.weight.dtype } },
    inputs: [x],
    outputs: [means, squares],
    params: [statistics, splits, columns, pixels, share],
    workgroups: flatGrid(ceilDiv(statistics * splits * columns, 64)),
    flops: 4 * rows * channels,
    label: 'group_norm partial',
  });
  const moments = rec.tensor([statistics, groups, 2], 'f32', 'group_norm.moments');
  rec.dispatch({
    source: MERGE,
    prelude: {},
    inputs: [means, squares],
    outputs: [moments],
    params: [statistics, groups, splits, channels, pixels, share, { f32: eps }],
    workgroups: flatGrid(ceilDiv(statistics * groups, 64)),
    label: 'group_norm merge',
  });
  const out = rec.tensor(x.shape, x.dtype, 'group_norm');
  const blocks = ceilDiv(pixels, PIXELS_PER_APPLY);
  rec.dispatch({
    source: APPLY[width],
    prelude: {
      types: { X: x.dtype, W: w.weight.dtype },
      constants: { SILU: activation === 'silu' },
    },
    inputs: [x, moments, w.weight, w.bias],
    outputs: [out],
    params: [rows, columns, pixels, groups, channels / groups, blocks],
    workgroups: flatGrid(ceilDiv(statistics * blocks * columns, 64)),
    flops: 4 * rows * channels,
    label: 'group_norm apply',
  });
  return out;
}
