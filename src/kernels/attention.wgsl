// Attention, one invocation a query row of a head: out_i = Σ_j softmax_j(scale · q_i · k_j + hidden) v_j.
// Online softmax (Milakov & Gimelshein 2018; Dao et al. 2022): the running maximum rescales what is summed so far, so
// no score is ever stored. Any head size.
// Layout: q, k, v are rows with a stride of their own (views of a fused [rows, 3C] do); head h takes the channels
// [h·HEAD_DIM, (h+1)·HEAD_DIM). Sequence element i of batch b is row ((b / inner)·count + i)·inner + b mod inner: inner
// is 1 where a sequence is contiguous, and the pixels of a frame where it runs along frames.
// No workgroup memory; HEAD_DIM floats of private memory a thread. 8 bytes a flop pair (no reuse between threads).

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
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> q: array<X>;
@group(0) @binding(2) var<storage, read> k: array<X>;
@group(0) @binding(3) var<storage, read> v: array<X>;
@group(0) @binding(4) var<storage, read> mask: array<u32>;
@group(0) @binding(5) var<storage, read_write> out: array<X>;

const LOWEST = -3.4e38;

fn row(batch: u32, i: u32, count: u32) -> u32 {
  return (batch / p.inner * count + i) * p.inner + batch % p.inner;
}

// For how many reasons query i may not see key j: the reference adds mask_value once for each.
fn reasons_to_hide(batch: u32, i: u32, j: u32) -> u32 {
  var reasons = 0u;
  if (CAUSAL && j > i) { reasons += 1u; }
  if (HAS_MASK && mask[batch * p.keys + j] == 0u) { reasons += 1u; }
  return reasons;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.batch * p.queries * p.heads) { return; }
  let head = index % p.heads;
  let i = index / p.heads % p.queries;
  let batch = index / (p.heads * p.queries);
  let key_batch = batch * p.key_batches / p.batch;
  let query_row = row(batch, i, p.queries);
  let query = p.q_offset + query_row * p.q_stride + head * HEAD_DIM;

  var sum: array<f32, HEAD_DIM>;
  var highest = LOWEST;
  var total = 0.0;
  for (var j = 0u; j < p.keys; j++) {
    let reasons = reasons_to_hide(batch, i, j);
    if (!ADDITIVE_MASK && reasons > 0u) { continue; }
    let key_row = row(key_batch, j, p.keys);
    let key = p.k_offset + key_row * p.k_stride + head * HEAD_DIM;
    let value = p.v_offset + key_row * p.v_stride + head * HEAD_DIM;
    var score = 0.0;
    for (var d = 0u; d < HEAD_DIM; d++) { score += f32(q[query + d]) * f32(k[key + d]); }
    score *= p.scale;
    if (ADDITIVE_MASK) { score += f32(reasons) * p.mask_value; }
    let higher = max(highest, score);
    let rescale = exp(highest - higher);
    let weight = exp(score - higher);
    highest = higher;
    total = total * rescale + weight;
    for (var d = 0u; d < HEAD_DIM; d++) { sum[d] = sum[d] * rescale + weight * f32(v[value + d]); }
  }
  let target_row = (query_row * p.heads + head) * HEAD_DIM;
  for (var d = 0u; d < HEAD_DIM; d++) { out[target_row + d] = X(sum[d] / total); }
}
