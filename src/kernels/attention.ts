// Attention without a score matrix in memory: within frames, to other tokens (cross), causal, masked, and over frames.

import plainSource from './attention_plain.wgsl?raw';
import registerSource from './attention_register.wgsl?raw';
import sharedSource from './attention_shared.wgsl?raw';
import tileSource from './attention_tile.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';
import { unroll } from './unroll.ts';

/** A view of rows in a tensor, e.g. the keys in a fused `[rows, 3C]` QKV. `offset` and `stride` are in elements. */
export interface Rows {
  readonly tensor: Tensor;
  readonly offset: number;
  /** Elements from one row to the next. */
  readonly stride: number;
}

/** Variants, the plainest first. */
export const ATTENTION_VARIANTS = ['plain', 'register', 'tile'] as const;
/**
 * How attention is computed (attention_*.wgsl). `plain` does every head size, `tile` multiples of four, `register`
 * those up to 64. */
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
  const variant = o.variant ?? chooseVariant(rec, o, inner);
  const kernel = attentionKernel(rec, o, variant);
  const { width } = kernel;
  const out = rec.tensor([batch * queries, heads * headDim], q.tensor.dtype, label);
  rec.dispatch({
    source: kernel.source,
    prelude: {
      types: { X: q.tensor.dtype },
      constants: {
        ...kernel.constants,
        HEAD: headDim / width,
        HIDES: causal || mask !== undefined,
      },
    },
    inputs: [q.tensor, k.tensor, v.tensor, mask],
    outputs: [out],
    params: [
      ...[batch, queries, keys, heads, keyBatches, inner],
      ...[q, k, v].flatMap(({ offset, stride }) => [offset / width, stride / width]),
      { f32: scale },
      { f32: maskValue },
      (causal ? CAUSAL : 0) | (mask ? MASKED : 0) | (Number.isFinite(maskValue) ? ADDITIVE : 0),
    ],
    workgroups: flatGrid(kernel.workgroups),
    flops: 4 * batch * heads * queries * keys * headDim,
    label,
  });
  return out;
}

/** Flags of attention_shared.wgsl. */
const [CAUSAL, MASKED, ADDITIVE] = [1, 2, 4];

/** A variant, specialised: its text, what its prelude adds, elements per vector, and its grid. */
interface AttentionKernel {
  readonly source: ShaderSource;
  readonly constants: Readonly<Record<string, number>>;
  readonly width: 1 | 4;
  readonly workgroups: number;
}

/** Heads up to this size are unrolled: CPU drivers take seconds to minutes to compile longer ones. */
const UNROLLED_HEAD = 64;
/** Bytes that every device grants a workgroup. */
const WORKGROUP_BYTES = 16384;

function attentionKernel(rec: Recorder, o: AttentionOptions, variant: AttentionVariant): AttentionKernel {
  const sequences = o.batch * o.heads;
  const head = o.headDim / 4;
  if (variant === 'plain') {
    const source = { name: 'attention_plain', wgsl: plainSource + sharedSource };
    return { source, constants: {}, width: 1, workgroups: ceilDiv(sequences * o.queries, 64) };
  }
  if (!splitsIntoVectors(o)) {
    throw new RangeError(`attention ${variant}: expected headDim, offsets and strides to divide by four`);
  }
  if (variant === 'tile') {
    const bytes = 8 * head * (o.q.tensor.dtype === 'f16' ? 2 : 4);
    const tile = Math.min(32, Math.floor(WORKGROUP_BYTES / bytes));
    return {
      source: { name: 'attention_tile', wgsl: tileSource + sharedSource },
      constants: { WORKGROUP: 64, TILE: tile },
      width: 4,
      workgroups: sequences * ceilDiv(o.queries, 64),
    };
  }
  if (o.headDim > UNROLLED_HEAD) {
    throw new RangeError(`attention register: expected headDim ≤ ${UNROLLED_HEAD}, got ${o.headDim}`);
  }
  const software = rec.gpu.variants === 'software';
  const [rows, keys] = software ? softwareTile(o) : [head <= 8 ? 2 : 1, 1];
  // A small workgroup gives a CPU's few threads even shares.
  const workgroup = software ? 16 : 64;
  return {
    source: {
      name: 'attention_register',
      wgsl: unroll(registerSource, { r: rows, k: keys, d: head }) + sharedSource,
    },
    constants: { WORKGROUP: workgroup, ROWS: rows, KEYS: keys },
    width: 4,
    workgroups: ceilDiv(sequences * ceilDiv(o.queries, rows), workgroup),
  };
}

/** Scores from which on a tile twice as high is worth compiling: SwiftShader takes seconds instead of one. */
const MANY_SCORES = 2 ** 20;

// Rows share the loads of keys, keys those of queries and sums: 4 x 2 takes half as long as 2 x 1 on SwiftShader, 8 x 2
// two fifths. Where keys may be hidden every score has branches, of which SwiftShader takes 20 s to compile eight.
function softwareTile(o: AttentionOptions): [rows: number, keys: number] {
  const { batch, heads, queries, keys, causal, mask } = o;
  if (causal || mask) return [2, 1];
  return [batch * heads * queries * keys < MANY_SCORES ? 4 : 8, 2];
}

function splitsIntoVectors({ headDim, q, k, v }: AttentionOptions): boolean {
  return [headDim, ...[q, k, v].flatMap(({ offset, stride }) => [offset, stride])].every((n) => n % 4 === 0);
}

function chooseVariant(rec: Recorder, o: AttentionOptions, inner: number): AttentionVariant {
  if (!splitsIntoVectors(o)) return 'plain';
  if (o.headDim > UNROLLED_HEAD) return rec.gpu.variants === 'software' ? 'plain' : 'tile';
  return rec.gpu.variants === 'hardware' && inner === 1 && o.queries >= 32 && o.keys >= 32
    ? 'tile'
    : 'register';
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
