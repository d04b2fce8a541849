// What attention is told, and what it refuses.

import { elementCount, shapeText, type Tensor } from '../gpu/index.ts';

/** A view of rows in a tensor, e.g. the keys in a fused `[rows, 3C]` QKV. `offset` and `stride` are in elements. */
export interface Rows {
  readonly tensor: Tensor;
  readonly offset: number;
  /** Elements from one row to the next. */
  readonly stride: number;
}

/** Variants, the plainest first. */
export const ATTENTION_VARIANTS = ['plain', 'register', 'quad', 'tile'] as const;
/**
 * How attention is computed (attention_*.wgsl). `plain` does every head size, `tile` multiples of four, `register` and
 * `quad` those up to 64; `quad` needs subgroups, and no hidden keys.
 */
export type AttentionVariant = (typeof ATTENTION_VARIANTS)[number];

/** Sizes and views of attention. */
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

/** Throws RangeError when a view leaves its tensor or sizes do not fit. */
export function checkAttention(o: AttentionOptions): void {
  const { q, k, v, batch, queries, keys, heads, headDim, keyBatches = batch, mask } = o;
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
