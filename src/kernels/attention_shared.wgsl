// What every attention kernel shares (attention_plain, attention_register, attention_tile are the loops): bindings, rows
// and visibility. out_i = Σ_j softmax_j(scale · q_i · k_j + hidden_ij) v_j per batch and head, by the online softmax
// (Milakov & Gimelshein 2018; FlashAttention, Dao et al. 2022): a running maximum rescales what is summed so far, so no
// score is ever stored.
// Layout: q, k, v are rows of XV (X or X4) with offset and stride of their own (views of a fused [rows, 3C] do); head h
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

/// Asked once a key where any key may be hidden (constant HIDES); a branch costs less than a pipeline for every combination.
const CAUSAL = 1u;
const MASKED = 2u;
const ADDITIVE = 4u;

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> q: array<XV>;
@group(0) @binding(2) var<storage, read> k: array<XV>;
@group(0) @binding(3) var<storage, read> v: array<XV>;
@group(0) @binding(4) var<storage, read> mask: array<u32>;
@group(0) @binding(5) var<storage, read_write> out: array<XV>;

/// Below every score, yet finite: a difference of two never is NaN.
const LOWEST = -3.4e38;
/// Weights may exceed one by e^SLACK before sums are rescaled.
const SLACK = 8.0;

fn row(batch: u32, i: u32, count: u32) -> u32 {
  return (batch / p.inner * count + i) * p.inner + batch % p.inner;
}

/// How many reasons hide key j from query i. A finite mask value is added once for each; else one is enough.
fn reasons(batch: u32, i: u32, j: u32) -> u32 {
  var count = 0u;
  if (HIDES) {
    if ((p.flags & CAUSAL) != 0u && j > i) { count += 1u; }
    if ((p.flags & MASKED) != 0u && mask[batch * p.keys + j] == 0u) { count += 1u; }
  }
  return count;
}

/// Hidden keys still count, by a score that a finite mask value lowers.
fn is_additive() -> bool { return HIDES && (p.flags & ADDITIVE) != 0u; }

/// Keys to look at for the queries up to `last`.
fn visible_keys(last: u32) -> u32 {
  return select(p.keys, min(p.keys, last + 1u), (p.flags & (CAUSAL | ADDITIVE)) == CAUSAL);
}
