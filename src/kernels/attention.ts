// Attention without a score matrix in memory: within frames, to other tokens (cross), causal, masked, and over frames.

import plainSource from './attention.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';

/** A view of rows in a tensor, e.g. the keys in a fused `[rows, 3C]` QKV. `offset` and `stride` are in elements. */
export interface Rows {
  readonly tensor: Tensor;
  readonly offset: number;
  /** Elements from one row to the next. */
  readonly stride: number;
}

/** Variants, the plainest first. */
export const ATTENTION_VARIANTS = ['plain'] as const;
/** How attention is computed; see the files of these names. */
export type AttentionVariant = (typeof ATTENTION_VARIANTS)[number];

/** Sizes and views of {@link attention}. */
export interface AttentionOptions {
  readonly q: Rows;
  readonly k: Rows;
  readonly v: Rows;
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly heads: number;
  readonly headDim: number;
  /** Batches of k and v, a divisor of `batch` (the default): batch b reads `⌊b·keyBatches/batch⌋`. */
  readonly keyBatches?: number;
  /** Factor of q·k; default `headDim^-0.5`. */
  readonly scale?: number;
  /** Query i sees the keys j ≤ i. */
  readonly causal?: boolean;
  /** u32 `[batch, keys]`; 0 hides a key. */
  readonly mask?: Tensor;
  /**
   * Added to the score of a hidden key, once for the mask and once for `causal`. Default -Infinity: hidden keys count
   * for nothing, and a row that sees no key at all is NaN, as in torch. A finite value (PriorTransformer has -10000)
   * keeps such a row finite.
   */
  readonly maskValue?: number;
  readonly variant?: AttentionVariant | undefined;
}

const PLAIN: ShaderSource = { name: 'attention', wgsl: plainSource };

/**
 * `softmax(scale·q·kᵀ + hidden) v` per batch and head: `[batch·queries, heads·headDim]`. Row b·queries + i of `q` is
 * query i of batch b, likewise keys; head h takes the channels from h·headDim. Scores and sums are f32.
 * Throws RangeError when a view leaves its tensor or sizes do not fit.
 */
export function attention(rec: Recorder, options: AttentionOptions): Tensor {
  return recordAttention(rec, options, 1, 'attention');
}

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
  readonly variant?: AttentionVariant | undefined;
}

/** Attention over the frames of each pixel, without moving memory: `[clips·frames·pixels, heads·headDim]`. */
export function temporalAttention(rec: Recorder, options: TemporalAttentionOptions): Tensor {
  const { qkv, clips, frames, pixels, heads, headDim, scale, variant } = options;
  const channels = heads * headDim;
  const view = (index: number): Rows => ({ tensor: qkv, offset: index * channels, stride: 3 * channels });
  const sizes = { batch: clips * pixels, queries: frames, keys: frames, heads, headDim, variant };
  const views = { q: view(0), k: view(1), v: view(2) };
  return recordAttention(
    rec,
    { ...views, ...sizes, ...(scale !== undefined && { scale }) },
    pixels,
    'temporal_attention',
  );
}

/** `inner` sequences are interleaved element by element: 1 for contiguous ones, the pixels where they run over frames. */
function recordAttention(rec: Recorder, o: AttentionOptions, inner: number, label: string): Tensor {
  const { q, k, v, batch, queries, keys, heads, headDim, mask } = o;
  const { keyBatches = batch, scale = headDim ** -0.5, causal = false, maskValue = -Infinity } = o;
  checkSizes(o, keyBatches);
  const out = rec.tensor([batch * queries, heads * headDim], q.tensor.dtype, label);
  const threads = batch * queries * heads;
  rec.dispatch({
    source: PLAIN,
    prelude: {
      types: { X: q.tensor.dtype },
      constants: {
        HEAD_DIM: headDim,
        CAUSAL: causal,
        HAS_MASK: mask !== undefined,
        ADDITIVE_MASK: Number.isFinite(maskValue),
      },
    },
    inputs: [q.tensor, k.tensor, v.tensor, mask],
    outputs: [out],
    params: [
      ...[batch, queries, keys, heads, keyBatches, inner],
      ...[q, k, v].flatMap(({ offset, stride }) => [offset, stride]),
      { f32: scale },
      { f32: maskValue },
    ],
    workgroups: flatGrid(ceilDiv(threads, 64)),
    flops: 4 * threads * keys * headDim,
    label,
  });
  return out;
}

function checkSizes(o: AttentionOptions, keyBatches: number): void {
  const { q, k, v, batch, queries, keys, heads, headDim, mask } = o;
  const sizes = { batch, queries, keys, heads, headDim, keyBatches };
  for (const [name, size] of Object.entries(sizes)) {
    if (!(Number.isInteger(size) && size > 0))
      throw new RangeError(`attention: ${name} must be ≥ 1, got ${size}`);
  }
  if (batch % keyBatches !== 0) {
    throw new RangeError(`attention: expected keyBatches to divide batch ${batch}, got ${keyBatches}`);
  }
  const views = { q: [q, batch * queries], k: [k, keyBatches * keys], v: [v, keyBatches * keys] } as const;
  for (const [name, [{ tensor, offset, stride }, rows]] of Object.entries(views)) {
    const last = offset + (rows - 1) * stride + heads * headDim;
    const count = elementCount(tensor.shape);
    if (last > count || stride < heads * headDim || tensor.dtype !== q.tensor.dtype) {
      throw new RangeError(
        `attention: ${name} reads ${rows} rows of ${heads * headDim}, stride ${stride} from ${offset}, of a ${tensor.dtype} tensor ` +
          `${shapeText(tensor.shape)}; expected them within it, apart, and of q's type ${q.tensor.dtype}`,
      );
    }
  }
  if (mask && (mask.dtype !== 'u32' || elementCount(mask.shape) !== batch * keys)) {
    throw new RangeError(
      `attention: expected a u32 mask [${batch}, ${keys}], got ${mask.dtype} ${shapeText(mask.shape)}`,
    );
  }
}
