// One invocation a query row of a head; any head size. No workgroup memory; HEAD floats of private memory a thread,
// 6 bytes read a multiply-add in f32 (a query and a key for one, a value for the other; nothing is shared between rows).

alias XV = X;
alias OV = X;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.batch * p.queries * p.heads) { return; }
  let i = index % p.queries;
  let head = index / p.queries % p.heads;
  let batch = index / (p.queries * p.heads);
  let key_batch = batch * p.key_batches / p.batch;
  let query_row = row(batch, i, p.queries);
  let query = p.q_offset + query_row * p.q_stride + head * HEAD;

  var sum: array<f32, HEAD>;
  var highest = LOWEST;
  var total = 0.0;
  let end = visible_keys(i);
  for (var j = 0u; j < end; j++) {
    let key_row = row(key_batch, j, p.keys);
    let key = p.k_offset + key_row * p.k_stride + head * HEAD;
    let value = p.v_offset + key_row * p.v_stride + head * HEAD;
    var score = 0.0;
    for (var d = 0u; d < HEAD; d++) { score += f32(q[query + d]) * f32(k[key + d]); }
    score = after_hiding(score * p.scale, is_masked(batch, j), i, j);
    if (score == LOWEST) { continue; }
    let higher = max(highest, score);
    let rescale = exp2(highest - higher);
    let weight = exp2(score - higher);
    highest = higher;
    total = total * rescale + weight;
    for (var d = 0u; d < HEAD; d++) { sum[d] = sum[d] * rescale + weight * f32(v[value + d]); }
  }
  let to = (query_row * p.heads + head) * HEAD;
  for (var d = 0u; d < HEAD; d++) { out[to + d] = X(sum[d] / total); }
}
