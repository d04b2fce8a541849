// Every kernel's table, for `npm run kernel`, the benchmark and what is true of all kernels.

import { activateCase, addCase } from './activation.case.ts';
import { addRowsCase } from './add_rows.case.ts';
import { affineCase } from './affine.case.ts';
import { attentionCase } from './attention.case.ts';
import { blockMatchCase } from './block_match.case.ts';
import { blur121Case } from './blur121.case.ts';
import { boxMeanCase } from './box_mean.case.ts';
import { combineCase } from './combine.case.ts';
import { compositeCase } from './composite.case.ts';
import { conv2dCase } from './conv2d.case.ts';
import { convTranspose2dCase } from './conv_transpose2d.case.ts';
import { concatCase, concatRepeatedCase, sliceCase } from './copy.case.ts';
import { gatherCase } from './gather.case.ts';
import { groupNormCase } from './group_norm.case.ts';
import { guidedApplyCase, guidedCoefficientsCase } from './guided_filter.case.ts';
import { layerNormCase } from './layer_norm.case.ts';
import { linearCase } from './matmul.case.ts';
import { minMaxCase, normaliseRangeCase } from './min_max.case.ts';
import { noiseCase } from './noise.case.ts';
import { normaliseChannelsCase } from './normalise_channels.case.ts';
import { rayCastCase } from './ray_cast.case.ts';
import { resizeCase } from './resize.case.ts';
import { rgbToYuvCase } from './rgb_to_yuv.case.ts';
import type { KernelCase, Shape } from './run-case.ts';
import { temporalAttentionCase } from './temporal_attention.case.ts';
import { temporalConvCase } from './temporal_conv.case.ts';
import { timestepEmbeddingCase } from './timestep_embedding.case.ts';
import { unitRowsCase } from './unit_rows.case.ts';
import { warpCase } from './warp.case.ts';
import { yuvToRgbCase } from './yuv_to_rgb.case.ts';

/** One entry a kernel; names (`op`) are unique. */
export const CASES: readonly KernelCase[] = [
  activateCase,
  addCase,
  addRowsCase,
  affineCase,
  attentionCase,
  blockMatchCase,
  blur121Case,
  boxMeanCase,
  combineCase,
  compositeCase,
  concatCase,
  concatRepeatedCase,
  conv2dCase,
  convTranspose2dCase,
  gatherCase,
  groupNormCase,
  guidedApplyCase,
  guidedCoefficientsCase,
  layerNormCase,
  linearCase,
  minMaxCase,
  noiseCase,
  normaliseChannelsCase,
  normaliseRangeCase,
  rayCastCase,
  resizeCase,
  rgbToYuvCase,
  sliceCase,
  temporalAttentionCase,
  temporalConvCase,
  timestepEmbeddingCase,
  unitRowsCase,
  warpCase,
  yuvToRgbCase,
];

/** The shapes of a kernel that the benchmark times. */
export function timedShapes({ nano = [], peers = [] }: KernelCase): readonly Shape[] {
  return [...nano, ...peers];
}
