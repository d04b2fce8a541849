// Attention over the frames of every pixel.

import source from './temporal_attention.wgsl?raw';
import { ceilDiv, elementCount, flatGrid, shapeText, type Recorder, type Tensor } from '../gpu/index.ts';
import { interleavedAttention } from './attention.ts';
import type { Rows } from './attention_options.ts';
import { unroll } from './unroll.ts';

/** Variants, the plainest first. */
export const TEMPORAL_ATTENTION_VARIANTS = ['plain', 'register'] as const;
/**
 * `register` (temporal_attention.wgsl) holds all scores of a frame: up to 32 frames, head sizes that divide by four.
 * `plain` is {@link attention}'s, for every size.
 */
export type TemporalAttentionVariant = (typeof TEMPORAL_ATTENTION_VARIANTS)[number];

/** Sizes of {@link temporalAttention}. */
export interface TemporalAttentionOptions {
  /** `[clips·frames·pixels, 3·heads·headDim]`: queries, keys and values side by side; rows by clip, frame, pixel. */
  readonly qkv: Tensor;
  readonly clips: number;
  readonly frames: number;
  readonly pixels: number;
  readonly heads: number;
  readonly headDim: number;
  /** Factor of q·k; default `headDim^-0.5`. */
  readonly scale?: number;
  readonly variant?: TemporalAttentionVariant | undefined;
}

/** Frames whose scores fit registers. */
const MOST_FRAMES = 32;
/** Scores that an invocation keeps: more share the loads of keys, but cost a GPU invocations that hide each other's waits. */
const SCORES = { software: 64, hardware: 32 };

/**
 * Attention over the frames of each pixel, without moving memory: `[clips·frames·pixels, heads·headDim]`. Clips of more
 * than 32 frames go to the kernels of `attention`. Throws RangeError when sizes do not fit.
 */
export function temporalAttention(rec: Recorder, options: TemporalAttentionOptions): Tensor {
  const { qkv, clips, frames, pixels, heads, headDim, scale = headDim ** -0.5 } = options;
  check(options);
  const channels = heads * headDim;
  const fits = headDim % 4 === 0 && frames <= MOST_FRAMES;
  if (!fits && options.variant === 'register') {
    throw new RangeError(
      `temporal_attention register: expected at most ${MOST_FRAMES} frames and a headDim that divides by four, ` +
        `got ${frames} and ${headDim}`,
    );
  }
  if (!fits || options.variant === 'plain') {
    const view = (index: number): Rows => ({ tensor: qkv, offset: index * channels, stride: 3 * channels });
    const views = { q: view(0), k: view(1), v: view(2) };
    const sizes = { batch: clips * pixels, queries: frames, keys: frames, heads, headDim, scale };
    const all = { ...views, ...sizes, variant: options.variant };
    return interleavedAttention(rec, all, pixels, 'temporal_attention');
  }
  const rows = Math.max(1, Math.min(frames, Math.floor(SCORES[rec.gpu.variants] / frames)));
  const sequences = clips * pixels * heads;
  const workgroup = rec.gpu.variants === 'software' ? 16 : 64;
  const out = rec.tensor([clips * frames * pixels, channels], qkv.dtype, 'temporal_attention');
  rec.dispatch({
    source: { name: 'temporal_attention', wgsl: unroll(source, { r: rows, k: frames }) },
    prelude: {
      types: { X: qkv.dtype },
      constants: { FRAMES: frames, ROWS: rows, HEAD: headDim / 4, WORKGROUP: workgroup },
    },
    inputs: [qkv],
    outputs: [out],
    params: [sequences, pixels, heads, { f32: scale * Math.LOG2E }],
    workgroups: flatGrid(ceilDiv(sequences * ceilDiv(frames, rows), workgroup)),
    flops: 4 * sequences * frames * frames * headDim,
  });
  return out;
}

function check({ qkv, clips, frames, pixels, heads, headDim }: TemporalAttentionOptions): void {
  for (const [name, size] of Object.entries({ clips, frames, pixels, heads, headDim })) {
    if (!(Number.isInteger(size) && size > 0))
      throw new RangeError(`temporalAttention: ${name} must be ≥ 1, got ${size}`);
  }
  if (elementCount(qkv.shape) !== clips * frames * pixels * 3 * heads * headDim) {
    throw new RangeError(
      `temporalAttention: expected qkv [${clips * frames * pixels}, ${3 * heads * headDim}], got ${shapeText(qkv.shape)}`,
    );
  }
}
