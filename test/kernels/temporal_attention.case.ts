import {
  temporalAttention,
  TEMPORAL_ATTENTION_VARIANTS,
  type TemporalAttentionVariant,
} from '../../src/kernels/temporal_attention.ts';
import { randomArray } from '../random.ts';
import { attended, type Twin } from './attention.case.ts';
import { byElement, type KernelCase } from './run-case.ts';

/** Attention over the frames of each pixel. */
export const temporalAttentionCase: KernelCase = {
  op: 'temporal_attention',
  variants: TEMPORAL_ATTENTION_VARIANTS,
  shapes: [
    { clips: 1, frames: 1, pixels: 1, heads: 1, headDim: 1 },
    { clips: 1, frames: 3, pixels: 5, heads: 2, headDim: 3 },
    { clips: 2, frames: 8, pixels: 13, heads: 2, headDim: 32 },
    { clips: 1, frames: 7, pixels: 66, heads: 1, headDim: 8 },
    { clips: 3, frames: 33, pixels: 3, heads: 1, headDim: 20 },
    { clips: 1, frames: 16, pixels: 9, heads: 2, headDim: 20 },
  ],
  nano: [{ clips: 2, frames: 8, pixels: 64, heads: 2, headDim: 32 }],
  // Whole clips of 8 frames: one alone would have nothing to attend to.
  sd15: [
    { clips: 1, frames: 8, pixels: 1792, heads: 8, headDim: 40 },
    { clips: 1, frames: 8, pixels: 448, heads: 8, headDim: 80 },
    { clips: 1, frames: 8, pixels: 112, heads: 8, headDim: 160 },
  ],
  inputs({ clips = 0, frames = 0, pixels = 0, heads = 0, headDim = 0 }) {
    const shape = [clips * frames * pixels, 3 * heads * headDim] as const;
    return { qkv: { shape, data: randomArray(shape[0] * shape[1], 3) } };
  },
  record(rec, { clips = 0, frames = 0, pixels = 0, heads = 0, headDim = 0 }, variant, { qkv }) {
    if (variant === 'register' && (headDim % 4 !== 0 || frames > 32)) return undefined;
    const sizes = { clips, frames, pixels, heads, headDim };
    const chosen = variant ? { variant: variant as TemporalAttentionVariant } : {};
    return temporalAttention(rec, { qkv: qkv!, ...sizes, ...chosen });
  },
  ...byElement(({ clips = 0, frames = 0, pixels = 0, heads = 0, headDim = 0 }, { qkv }) => {
    const channels = heads * headDim;
    const row = (b: number, frame: number) =>
      (Math.floor(b / pixels) * frames + frame) * pixels + (b % pixels);
    const twin: Twin = {
      ...{ keys: frames, headDim, scale: headDim ** -0.5, maskValue: 0 },
      q: (b, i, c) => qkv![row(b, i) * 3 * channels + c]!,
      k: (b, j, c) => qkv![row(b, j) * 3 * channels + channels + c]!,
      v: (b, j, c) => qkv![row(b, j) * 3 * channels + 2 * channels + c]!,
      hidden: () => 0,
    };
    const output = attended(twin);
    const at = (index: number) => {
      const place = Math.floor(index / channels);
      const [clip, pixel] = [Math.floor(place / pixels / frames), place % pixels];
      return output(clip * pixels + pixel, Math.floor(place / pixels) % frames, index % channels);
    };
    return { count: clips * frames * pixels * channels, at };
  }),
  flops: ({ clips = 0, frames = 0, pixels = 0, heads = 0, headDim = 0 }) =>
    4 * clips * pixels * frames * frames * heads * headDim,
  bytes: ({ clips = 0, frames = 0, pixels = 0, heads = 0, headDim = 0 }, size) =>
    4 * size * clips * frames * pixels * heads * headDim,
  rtol: 1e-5,
  atol: 2e-5,
};
