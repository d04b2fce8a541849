// What every attention kernel shares (attention_plain, attention_register, attention_tile are the loops): bindings, rows
// and visibility. out_i = Σ_j softmax_j(scale · q_i · k_j + hidden_ij) v_j per batch and head, by the online softmax
// (Milakov & Gimelshein 2018; FlashAttention, Dao et al. 2022): a running maximum rescales what is summed so far, so no
// score is ever stored. `scale` and `mask_value` carry a factor log2(e), so that weights are exp2, what hardware has.
// Layout: q, k, v are rows of XV, out of OV (X or X4), with offset and stride of their own (views of a fused [rows, 3C] do); head h
// takes the HEAD elements from h·HEAD. Element i of sequence b is row ((b / inner)·count + i)·inner + b mod inner: inner
// is 1 where sequences are contiguous, and the pixels of a frame where they run along frames.

struct Params {
  batch: u32,
  queries: u32,
  keys: u32,
  heads: u32,
  key_batches: u32,
  inner: u32,
  q_offset: u32,
  q_stride: u32,
  k_offset: u32,
  k_stride: u32,
  v_offset: u32,
  v_stride: u32,
  scale: f32,
  mask_value: f32,
  flags: u32,
}

/// Asked where any key may be hidden (constant HIDES): that costs less than a pipeline for every combination.
const CAUSAL = 1u;
const MASKED = 2u;
const ADDITIVE = 4u;

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> q: array<XV>;
@group(0) @binding(2) var<storage, read> k: array<XV>;
@group(0) @binding(3) var<storage, read> v: array<XV>;
@group(0) @binding(4) var<storage, read> mask: array<u32>;
@group(0) @binding(5) var<storage, read_write> out: array<OV>;

/// Below every score, yet finite: a difference of two never is NaN. It marks the keys that weigh nothing.
const LOWEST = -3.4e38;
/// Weights may exceed one by 2^SLACK before sums are rescaled.
const SLACK = 12.0;

fn row(batch: u32, i: u32, count: u32) -> u32 {
  return (batch / p.inner * count + i) * p.inner + batch % p.inner;
}

/// Whether the mask hides key j.
fn is_masked(batch: u32, j: u32) -> bool {
  return HIDES && (p.flags & MASKED) != 0u && mask[batch * p.keys + j] == 0u;
}

/// The score of key j for query i after mask and causality: LOWEST where it is hidden and counts for nothing. A finite
/// mask value is added once for each reason instead. No branches: unrolled kernels ask it a dozen times.
fn after_hiding(score: f32, masked: bool, i: u32, j: u32) -> f32 {
  if (!HIDES) { return score; }
  let reasons = select(0.0, 1.0, masked) + select(0.0, 1.0, ((p.flags & CAUSAL) != 0u) & (j > i));
  let hidden = select(score, LOWEST, reasons > 0.0);
  return select(hidden, score + reasons * p.mask_value, (p.flags & ADDITIVE) != 0u);
}

/// Keys to look at for the queries up to `last`.
fn visible_keys(last: u32) -> u32 {
  return select(p.keys, min(p.keys, last + 1u), (p.flags & (CAUSAL | ADDITIVE)) == CAUSAL);
}
