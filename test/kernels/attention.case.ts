import type { Gpu } from '../../src/gpu/index.ts';
import { attention, ATTENTION_VARIANTS, type AttentionVariant } from '../../src/kernels/attention.ts';
import { randomArray, uniform } from '../random.ts';
import { byElement, type KernelCase, type Shape } from './run-case.ts';

/** What the twin needs: reads q[batch, i, c], k[batch, j, c], v[batch, j, c] and tells how often (i, j) is hidden. */
export interface Twin {
  readonly keys: number;
  readonly headDim: number;
  readonly scale: number;
  readonly maskValue: number;
  q(batch: number, i: number, c: number): number;
  k(batch: number, j: number, c: number): number;
  v(batch: number, j: number, c: number): number;
  hidden(batch: number, i: number, j: number): number;
}

/**
 * The textbook: all scores of a row, their maximum, their weights, in f64. Gives output (batch, i, c); the weights of the
 * last row are kept, as its channels are asked for one after the other.
 */
export function attended(twin: Twin): (batch: number, i: number, c: number) => number {
  const { keys, headDim } = twin;
  const weightsOf = (b: number, i: number, first: number) => {
    const scores = Array.from({ length: keys }, (_, j) => {
      let score = 0;
      for (let c = first; c < first + headDim; c++) score += twin.q(b, i, c) * twin.k(b, j, c);
      const hidden = twin.hidden(b, i, j);
      return score * twin.scale + (hidden > 0 ? hidden * twin.maskValue : 0);
    });
    const highest = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - highest));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  };
  let last: { row: string; weights: readonly number[] } | undefined;
  return (b, i, c) => {
    const first = c - (c % headDim);
    const row = `${b} ${i} ${first}`;
    if (last?.row !== row) last = { row, weights: weightsOf(b, i, first) };
    return last.weights.reduce((sum, weight, j) => sum + weight * twin.v(b, j, c), 0);
  };
}

function options(shape: Shape) {
  const { batch = 1, queries = 1, keys = 1, heads = 1, headDim = 1, keyBatches = batch } = shape;
  const { causal = 0, mask = 0, maskValue = -Infinity, gain = 1 } = shape;
  return { batch, queries, keys, heads, headDim, keyBatches, causal: causal === 1, mask, maskValue, gain };
}

const sizes = (b: number, q: number, k: number, h: number, d: number, more: Shape = {}): Shape => ({
  batch: b,
  queries: q,
  keys: k,
  heads: h,
  headDim: d,
  ...more,
});

/** Attention within and across sequences. `mask` 1 hides keys at random (never the first), 2 hides every key. */
export const attentionCase: KernelCase = {
  op: 'attention',
  variants: ATTENTION_VARIANTS,
  shapes: [
    sizes(1, 1, 1, 1, 1),
    sizes(1, 3, 3, 1, 3),
    sizes(2, 5, 7, 3, 5),
    sizes(3, 17, 13, 2, 8),
    sizes(2, 7, 1, 2, 32),
    sizes(4, 33, 4, 2, 32, { keyBatches: 2 }),
    sizes(1, 64, 63, 2, 32),
    sizes(1, 65, 65, 1, 32, { gain: 30 }),
    sizes(2, 31, 33, 1, 20),
    sizes(1, 9, 21, 1, 160),
    sizes(1, 1021, 1031, 1, 4),
    sizes(2, 13, 13, 2, 8, { causal: 1 }),
    sizes(1, 67, 67, 1, 8, { causal: 1 }),
    sizes(1, 5, 9, 1, 3, { causal: 1 }),
    sizes(1, 9, 5, 1, 8, { causal: 1 }),
    sizes(3, 11, 19, 2, 8, { mask: 1 }),
    sizes(2, 16, 16, 2, 8, { mask: 1, causal: 1 }),
    sizes(2, 17, 17, 2, 8, { mask: 1, causal: 1, maskValue: -10000 }),
    sizes(1, 6, 18, 1, 5, { mask: 1, maskValue: -10000 }),
    sizes(1, 6, 18, 1, 8, { mask: 2, maskValue: -64 }),
  ],
  nano: [sizes(16, 64, 64, 2, 32), sizes(16, 64, 4, 2, 32, { keyBatches: 2 })],
  peers: [sizes(1, 1024, 1024, 8, 40), sizes(1, 1024, 77, 8, 40)],
  sd15: [
    sizes(1, 1792, 77, 8, 40, { gain: 8 }),
    sizes(1, 448, 77, 8, 80, { gain: 8 }),
    sizes(1, 112, 112, 8, 160, { gain: 8 }),
    sizes(1, 28, 77, 8, 160, { gain: 8 }),
    sizes(1, 448, 448, 8, 80, { gain: 8 }),
    sizes(1, 1792, 1792, 8, 40, { gain: 8 }),
  ],
  inputs(shape) {
    const { batch, queries, keys, heads, headDim, keyBatches, mask, gain } = options(shape);
    const channels = heads * headDim;
    const next = uniform(9);
    const visible = (i: number) => (mask === 2 ? 0 : i % keys === 0 || next() < 0.5 ? 1 : 0);
    return {
      // q lies beside four more columns; k and v share their rows: views with offsets and strides.
      q: {
        shape: [batch * queries, channels + 4],
        data: randomArray(batch * queries * (channels + 4), 1).map((x) => x * gain),
      },
      kv: {
        shape: [keyBatches * keys, 2 * channels],
        data: randomArray(keyBatches * keys * 2 * channels, 2),
      },
      ...(mask > 0 && {
        mask: {
          shape: [batch, keys],
          data: Uint32Array.from({ length: batch * keys }, (_, i) => visible(i)),
        },
      }),
    };
  },
  record(rec, shape, variant, { q, kv, mask }) {
    const { batch, queries, keys, heads, headDim, keyBatches, causal, maskValue } = options(shape);
    const channels = heads * headDim;
    if (!done(variant, headDim, causal || mask !== undefined, rec.gpu)) return undefined;
    return attention(rec, {
      q: { tensor: q!, offset: 4, stride: channels + 4 },
      k: { tensor: kv!, offset: 0, stride: 2 * channels },
      v: { tensor: kv!, offset: channels, stride: 2 * channels },
      ...{ batch, queries, keys, heads, headDim, keyBatches, causal, maskValue },
      ...(mask && { mask }),
      ...(variant && { variant: variant as AttentionVariant }),
    });
  },
  ...byElement((shape, { q, kv, mask }) => {
    const all = options(shape);
    const { batch, queries, keys, heads, headDim, keyBatches, causal } = all;
    const channels = heads * headDim;
    const keyRow = (b: number, j: number) => (Math.floor((b * keyBatches) / batch) * keys + j) * 2 * channels;
    const twin: Twin = {
      ...all,
      scale: headDim ** -0.5,
      q: (b, i, c) => q![(b * queries + i) * (channels + 4) + 4 + c]!,
      k: (b, j, c) => kv![keyRow(b, j) + c]!,
      v: (b, j, c) => kv![keyRow(b, j) + channels + c]!,
      hidden: (b, i, j) => (causal && j > i ? 1 : 0) + (mask && mask[b * keys + j] === 0 ? 1 : 0),
    };
    const output = attended(twin);
    const at = (index: number) => {
      const row = Math.floor(index / channels);
      return output(Math.floor(row / queries), row % queries, index % channels);
    };
    return { count: batch * queries * channels, at };
  }),
  flops: ({ batch = 0, queries = 0, keys = 0, heads = 0, headDim = 0 }) =>
    4 * batch * queries * keys * heads * headDim,
  bytes(shape, size) {
    const { batch, queries, keys, heads, headDim, keyBatches, mask } = options(shape);
    const values = 2 * (batch * queries + keyBatches * keys) * heads * headDim;
    return size * values + (mask > 0 ? 4 * batch * keys : 0);
  },
  rtol: 1e-5,
  atol: 2e-5,
};

function done(variant: string, headDim: number, hidesKeys: boolean, { features }: Gpu): boolean {
  if (variant === 'plain' || variant === '') return true;
  if (headDim % 4 !== 0 || (variant !== 'tile' && headDim > 64)) return false;
  return variant !== 'quad' || (features.subgroups && !hidesKeys);
}
