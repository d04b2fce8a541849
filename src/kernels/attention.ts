// Attention without a score matrix in memory: within frames, to other tokens (cross), causal and masked.

import { ceilDiv, ELEMENT_BYTES, flatGrid, type Recorder, type Tensor, type Traffic } from '../gpu/index.ts';
import {
  checkAttention,
  type AttentionOptions,
  type AttentionVariant,
  type Rows,
} from './attention_options.ts';
import { attentionCandidates, attentionKernel, type AttentionKernel } from './attention_variants.ts';

export {
  ATTENTION_VARIANTS,
  type AttentionOptions,
  type AttentionVariant,
  type Rows,
} from './attention_options.ts';

/**
 * `softmax(scale·q·kᵀ + hidden) v` per batch and head: `[batch·queries, heads·headDim]`. Row b·queries + i of `q` is
 * query i of batch b, likewise keys; head h takes the channels from h·headDim. Scores and sums are f32.
 * Throws RangeError when a view leaves its tensor or sizes do not fit.
 */
export function attention(rec: Recorder, options: AttentionOptions): Tensor {
  return interleavedAttention(rec, options, 1, 'attention');
}

/**
 * {@link attention} of sequences that lie interleaved element by element, `inner` of them: element i of sequence b is
 * row `(⌊b/inner⌋·count + i)·inner + b mod inner`. With 1 they are contiguous; with a frame's pixels they run over frames.
 */
export function interleavedAttention(
  rec: Recorder,
  o: AttentionOptions,
  inner: number,
  label: string,
): Tensor {
  const { q, k, v, batch, queries, keys, heads, headDim, mask } = o;
  const { keyBatches = batch, scale = headDim ** -0.5, causal = false, maskValue = -Infinity } = o;
  checkAttention(o);
  const hides = causal || mask !== undefined;
  const variant =
    o.variant ??
    rec.choose({
      family: 'attention',
      shape:
        `${batch}x${heads} of ${queries}x${keys}x${headDim} from ${keyBatches} by ${inner} ${q.tensor.dtype}` +
        `${causal ? ' causal' : ''}${mask ? ' masked' : ''}`,
      candidates: attentionCandidates(rec.gpu, o),
      record: (alone, candidate) => {
        const views = { q: alongside(alone, q), k: alongside(alone, k), v: alongside(alone, v) };
        const visible = mask && { mask: alone.standIn(mask) };
        interleavedAttention(
          alone,
          { ...o, ...views, ...visible, variant: candidate as AttentionVariant },
          inner,
          label,
        );
      },
    });
  const kernel = attentionKernel(rec.gpu, o, variant as AttentionVariant);
  const { width } = kernel;
  const out = rec.tensor([batch * queries, heads * headDim], q.tensor.dtype, label);
  rec.dispatch({
    source: kernel.source,
    prelude: {
      types: { X: q.tensor.dtype },
      constants: { ...kernel.constants, HEAD: headDim / width, HIDES: hides },
    },
    inputs: [q.tensor, k.tensor, v.tensor, mask],
    outputs: [out],
    params: [
      ...[batch, queries, keys, heads, keyBatches, inner],
      ...[q, k, v].flatMap(({ offset, stride }) => [offset / width, stride / width]),
      { f32: scale * Math.LOG2E },
      { f32: maskValue * Math.LOG2E },
      (causal ? CAUSAL : 0) | (mask ? MASKED : 0) | (Number.isFinite(maskValue) ? ADDITIVE : 0),
    ],
    workgroups: flatGrid(kernel.workgroups),
    flops: 4 * batch * heads * queries * keys * headDim,
    traffic: trafficOf(o, kernel),
    label,
  });
  return out;
}

/** What the workgroups read and write, where each reads all keys and values of its sequence. */
function trafficOf(
  { q, batch, queries, keys, heads, headDim }: AttentionOptions,
  { workgroups, queryReads = 1 }: AttentionKernel,
): Traffic {
  const sequences = batch * heads;
  const each = ceilDiv(sequences * queries, workgroups);
  const readers = sequences * ceilDiv(queries, Math.min(each, queries));
  const rows = (queryReads + 1) * sequences * queries + 2 * readers * keys;
  const again =
    queryReads > 1 ? ' Its heads pass in parts, with the queries read again for every tile of keys.' : '';
  return {
    bytes: rows * headDim * ELEMENT_BYTES[q.tensor.dtype],
    why: `a workgroup computes ${each} queries: each reads all keys and values of its sequence for itself.${again}`,
  };
}

/** Flags of attention_shared.wgsl. */
const [CAUSAL, MASKED, ADDITIVE] = [1, 2, 4];

function alongside(rec: Recorder, rows: Rows): Rows {
  return { ...rows, tensor: rec.standIn(rows.tensor) };
}
