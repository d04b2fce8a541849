// Group norm of frames or whole clips, with SiLU: the moments of every group, then applied.

import applySource from './group_norm_apply.wgsl?raw';
import mergeSource from './group_norm_merge.wgsl?raw';
import atOnceSource from './group_norm_moments.wgsl?raw';
import partialSource from './group_norm_partial.wgsl?raw';
import plainSource from './group_norm_plain.wgsl?raw';
import momentsSource from './moments.wgsl?raw';
import sumAloneSource from './sum_alone.wgsl?raw';
import sumWorkgroupSource from './sum_workgroup.wgsl?raw';
import { ceilDiv, elementCount, flatGrid, shapeText, type Recorder, type Tensor } from '../gpu/index.ts';
import type { NormWeight } from './layer_norm.ts';
import { byWidth, widthOf } from './width.ts';

export type { NormWeight };

/** Variants, the plainest first. */
export const GROUP_NORM_VARIANTS = ['plain', 'split', 'workgroup'] as const;
/**
 * How the moments come about: by an invocation a group that applies them too (`plain`), by shares of the pixels that are
 * merged (`split`), or by a workgroup a group (`workgroup`: a dispatch less, for small images).
 */
export type GroupNormVariant = (typeof GROUP_NORM_VARIANTS)[number];

/** What the moments of a group norm depend on. */
export interface MomentsOptions {
  /** Divides the channels. */
  readonly groups: number;
  readonly eps: number;
  /** Frames that share their moments: 1 (the default) is per frame, a clip's length is per clip. */
  readonly framesPerStatistic?: number;
}

/** Options of {@link groupNorm}. */
export interface GroupNormOptions extends MomentsOptions {
  /** Applied to the result; default `none`. */
  readonly activation?: 'none' | 'silu';
  readonly variant?: GroupNormVariant | undefined;
}

const PARTIAL = byWidth('group_norm_partial', `${partialSource}\n${momentsSource}`);
const MOMENTS = byWidth('group_norm_moments', `${atOnceSource}\n${sumWorkgroupSource}`);
const APPLY = byWidth('group_norm_apply', applySource);

/** Pixels that one invocation of group_norm_apply.wgsl takes: a CPU would rather load moments rarely than be kept busy. */
const PIXELS = { software: 32, hardware: 8 };
/** Invocations that keep a device busy while it reduces: shares are cut until there are so many. */
const PARALLEL = { software: 512, hardware: 16384 };
/** A share below this many pixels is not worth its merge. */
const LEAST_SHARE = 16;
/** Elements of a group up to which one workgroup reads them faster than a dispatch more would cost. */
const SMALL_GROUP = 8192;

/** Sizes that follow from x and the options. */
interface Sizes {
  readonly rows: number;
  readonly channels: number;
  readonly statistics: number;
  /** Of a statistic. */
  readonly pixels: number;
}

/**
 * `activation((x - mean) / sqrt(variance + eps) · weight + bias)`, `x` `[N, H, W, C]`; mean and (biased) variance over
 * `framesPerStatistic` frames and the channels of a group. Throws RangeError when sizes do not divide or fit.
 */
export function groupNorm(rec: Recorder, x: Tensor, w: NormWeight, options: GroupNormOptions): Tensor {
  const { groups, eps, activation = 'none' } = options;
  const sizes = sizesOf(x, options);
  const { rows, channels, statistics, pixels } = sizes;
  if ([w.weight, w.bias].some(({ shape }) => elementCount(shape) !== channels)) {
    throw new RangeError(
      `groupNorm: expected weight and bias [${channels}], got ${shapeText(w.weight.shape)} and ${shapeText(w.bias.shape)}`,
    );
  }
  const types = { X: x.dtype, W: w.weight.dtype };
  const constants = { SILU: activation === 'silu' };
  if (options.variant === 'plain') {
    const out = rec.tensor(x.shape, x.dtype, 'group_norm');
    rec.dispatch({
      source: { name: 'group_norm_plain', wgsl: plainSource },
      prelude: { types, constants },
      inputs: [x, w.weight, w.bias],
      outputs: [out],
      params: [statistics, groups, channels, pixels, { f32: eps }],
      workgroups: flatGrid(ceilDiv(statistics * groups, 64)),
      flops: 8 * rows * channels,
      label: 'group_norm',
    });
    return out;
  }
  const moments = groupNormMoments(rec, x, options, options.variant);
  const out = rec.tensor(x.shape, x.dtype, 'group_norm');
  const each = PIXELS[rec.gpu.variants];
  const blocks = ceilDiv(pixels, each);
  const width = widthOf(channels);
  const columns = channels / width;
  rec.dispatch({
    source: APPLY[width],
    prelude: { types, constants: { ...constants, PIXELS: each } },
    inputs: [x, moments, w.weight, w.bias],
    outputs: [out],
    params: [rows, columns, pixels, groups, channels / groups, blocks],
    workgroups: flatGrid(ceilDiv(statistics * blocks * columns, 64)),
    flops: 4 * rows * channels,
    label: 'group_norm apply',
  });
  return out;
}

/**
 * Mean and `1 / sqrt(variance + eps)` of every group: f32 `[N / framesPerStatistic, groups, 2]`, for who applies them
 * while reading `x`. Throws RangeError when sizes do not divide.
 */
export function groupNormMoments(
  rec: Recorder,
  x: Tensor,
  options: MomentsOptions,
  variant?: Exclude<GroupNormVariant, 'plain'>,
): Tensor {
  const { groups, eps } = options;
  const sizes = sizesOf(x, options);
  const { channels, statistics, pixels } = sizes;
  const hardware = rec.gpu.variants === 'hardware';
  const small = (pixels * channels) / groups <= SMALL_GROUP;
  const chosen =
    variant ??
    rec.choose({
      family: 'group_norm',
      shape: `${statistics}x${pixels}x${channels} in ${groups} ${x.dtype}`,
      candidates: !hardware ? ['split'] : small ? ['workgroup', 'split'] : ['split', 'workgroup'],
      record: (alone, candidate) => void recordMoments(alone, alone.standIn(x), candidate),
    });
  return recordMoments(rec, x, chosen);

  function recordMoments(to: Recorder, from: Tensor, how: string): Tensor {
    const moments = to.tensor([statistics, groups, 2], 'f32', 'group_norm.moments');
    if (how === 'workgroup') momentsAtOnce(to, from, moments, groups, eps, sizes);
    else momentsByShares(to, from, moments, groups, eps, sizes);
    return moments;
  }
}

function momentsAtOnce(
  rec: Recorder,
  x: Tensor,
  moments: Tensor,
  groups: number,
  eps: number,
  { rows, channels, statistics, pixels }: Sizes,
): void {
  const width = widthOf(channels / groups);
  const vectors = (pixels * channels) / groups / width;
  const lanes = vectors > 512 ? 256 : 64;
  rec.dispatch({
    source: MOMENTS[width],
    prelude: { types: { X: x.dtype, W: x.dtype }, constants: { WORKGROUP: lanes, LANES: lanes } },
    inputs: [x],
    outputs: [moments],
    params: [statistics, groups, channels / width, pixels, { f32: eps }],
    workgroups: flatGrid(statistics * groups),
    flops: 4 * rows * channels,
    label: 'group_norm moments',
  });
}

function momentsByShares(
  rec: Recorder,
  x: Tensor,
  moments: Tensor,
  groups: number,
  eps: number,
  { rows, channels, statistics, pixels }: Sizes,
): void {
  const width = widthOf(channels);
  const columns = channels / width;
  const wanted = PARALLEL[rec.gpu.variants] / (statistics * columns);
  const share = Math.max(LEAST_SHARE, Math.ceil(pixels / Math.max(1, Math.ceil(wanted))));
  const splits = ceilDiv(pixels, share);
  const means = rec.tensor([statistics, splits, channels], 'f32', 'group_norm.means');
  const squares = rec.tensor([statistics, splits, channels], 'f32', 'group_norm.squares');
  rec.dispatch({
    source: PARTIAL[width],
    prelude: { types: { X: x.dtype, W: x.dtype } },
    inputs: [x],
    outputs: [means, squares],
    params: [statistics, splits, columns, pixels, share],
    workgroups: flatGrid(ceilDiv(statistics * splits * columns, 64)),
    flops: 4 * rows * channels,
    label: 'group_norm partial',
  });
  const lanes = rec.gpu.variants === 'hardware' ? 64 : 1;
  rec.dispatch({
    source: {
      name: 'group_norm_merge',
      wgsl: `${mergeSource}\n${lanes > 1 ? sumWorkgroupSource : sumAloneSource}`,
    },
    prelude: { constants: { LANES: lanes } },
    inputs: [means, squares],
    outputs: [moments],
    params: [statistics, groups, splits, channels, pixels, share, { f32: eps }],
    workgroups: flatGrid(ceilDiv(statistics * groups, 64 / lanes)),
    label: 'group_norm merge',
  });
}

function sizesOf(x: Tensor, { groups, framesPerStatistic = 1 }: MomentsOptions): Sizes {
  const channels = x.shape.at(-1) ?? 0;
  const [frames = 0] = x.shape;
  const rows = elementCount(x.shape) / channels;
  if (!(rows > 0) || x.shape.length < 2 || channels % groups !== 0 || frames % framesPerStatistic !== 0) {
    throw new RangeError(
      `groupNorm: expected [N, H, W, C] with C in ${groups} groups and N in clips of ${framesPerStatistic}, got ${shapeText(x.shape)}`,
    );
  }
  const statistics = frames / framesPerStatistic;
  return { rows, channels, statistics, pixels: rows / statistics };
}
