/**
 * The operations: handwritten WGSL (`<op>.wgsl`) and the function that checks shapes and records it (`<op>.ts`).
 * Each takes a `Recorder`, records its dispatches and returns its output; nothing runs before the program does.
 *
 *   products    matmul, conv2d, conv_transpose2d, temporal_conv ← gemm ← gemm_variants; conv2d ← winograd
 *   attention   attention (within frames, cross, causal, masked) ← attention_variants; temporal_attention (over frames)
 *   norms       group_norm, layer_norm (← sum_alone, sum_workgroup: who adds up), unit_rows
 *   rows        gather, add_rows, timestep_embedding, copy (concat, slice)
 *   pointwise   activation (activate, add), affine, combine (sampler steps, guidance), composite (by a mask)
 *   images      resize ← resample (antialiased), blur121, box_mean, guided_filter, structure_ladder, min_max,
 *               normalise_channels
 *   motion      optical_flow ← block_match; warp
 *   colour      yuv_to_rgb, rgb_to_yuv ← yuv
 *   scenes      ray_cast (untextured solids: grey and exact disparity)
 *   noise       noise ← trigonometry.wgsl; twin of src/sampler/noise.ts
 *   shared      width (scalars or vectors from one text), unroll, epilogue
 *
 * @packageDocumentation
 */
export { activate, add, type Activation } from './activation.ts';
export { addRows } from './add_rows.ts';
export { affine, type AffineOptions } from './affine.ts';
export {
  attention,
  ATTENTION_VARIANTS,
  type AttentionOptions,
  type AttentionVariant,
  type Rows,
} from './attention.ts';
export { blockMatch, type BlockMatchOptions } from './block_match.ts';
export { blur121 } from './blur121.ts';
export { boxMean } from './box_mean.ts';
export { combine, combineInto, type CombineOptions } from './combine.ts';
export { composite, compositeInto } from './composite.ts';
export { conv2d, packConv, type ConvOptions, type ConvWeight } from './conv2d.ts';
export { convTranspose2d, packConvTranspose } from './conv_transpose2d.ts';
export { concat, slice } from './copy.ts';
export { gather } from './gather.ts';
export { GEMM_VARIANTS } from './gemm_variants.ts';
export {
  GROUP_NORM_VARIANTS,
  groupNorm,
  groupNormMoments,
  type GroupNormOptions,
  type GroupNormVariant,
  type MomentsOptions,
} from './group_norm.ts';
export { guidedApply, guidedCoefficients, type GuidedOptions } from './guided_filter.ts';
export {
  LAYER_NORM_VARIANTS,
  layerNorm,
  type LayerNormOptions,
  type LayerNormVariant,
  type NormWeight,
} from './layer_norm.ts';
export {
  linear,
  packGeglu,
  packGegluBias,
  packLinear,
  type LinearOptions,
  type LinearWeight,
} from './matmul.ts';
export { minMax, normaliseRange } from './min_max.ts';
export { noise, philoxWords } from './noise.ts';
export { normaliseChannels, type NormaliseOptions } from './normalise_channels.ts';
export { opticalFlow } from './optical_flow.ts';
export {
  rayCast,
  SOLID_KINDS,
  SOLID_NUMBERS,
  VIEW_NUMBERS,
  type RayCast,
  type RayCastOptions,
} from './ray_cast.ts';
export type { ResampleFilter } from './resample.ts';
export { resize, type ResizeMode, type ResizeOptions } from './resize.ts';
export { i420Bytes, rgbToYuv } from './rgb_to_yuv.ts';
export { MAX_STRUCTURE_STEP, structureLadder } from './structure_ladder.ts';
export { packConv1d, temporalConv, type TemporalConvOptions } from './temporal_conv.ts';
export {
  temporalAttention,
  TEMPORAL_ATTENTION_VARIANTS,
  type TemporalAttentionOptions,
  type TemporalAttentionVariant,
} from './temporal_attention.ts';
export { timestepEmbedding, type TimestepEmbeddingOptions } from './timestep_embedding.ts';
export { unitRows } from './unit_rows.ts';
export { warp } from './warp.ts';
export { prefersWinograd, transformWeights } from './winograd.ts';
export type { YuvEncoding, YuvFormat, YuvMatrix } from './yuv.ts';
export { yuvToRgb, type YuvPlane, type YuvToRgbOptions } from './yuv_to_rgb.ts';
