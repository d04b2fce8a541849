// A workgroup takes WORKGROUP query rows of a head, a row an invocation; keys and values pass through workgroup memory in
// tiles of TILE that all of them share (FlashAttention's outer loop). Rescaling as in attention_register.wgsl.
// For hardware whose compiler unrolls loops of constant length. Head sizes that divide by four.
// Workgroup memory: 2·TILE·HEAD X4, at most 16 KiB; about 2·HEAD vec4 of registers a thread; 8/WORKGROUP bytes read from
// memory and 8 from the workgroup a flop pair.

alias XV = X4;

var<workgroup> tile_k: array<X4, TILE * HEAD>;
var<workgroup> tile_v: array<X4, TILE * HEAD>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = group.x + group.y * groups.x;
  let blocks = (p.queries + WORKGROUP - 1u) / WORKGROUP;
  if (index >= p.batch * p.heads * blocks) { return; }
  let first = index % blocks * WORKGROUP;
  let head = index / blocks % p.heads;
  let batch = index / (blocks * p.heads);
  let key_batch = batch * p.key_batches / p.batch;
  let i = min(first + lane, p.queries - 1u); // a row beyond the last repeats it and is not written
  let query_row = row(batch, i, p.queries);

  var query: array<vec4f, HEAD>;
  var sum: array<vec4f, HEAD>;
  for (var d = 0u; d < HEAD; d++) {
    query[d] = vec4f(q[p.q_offset + query_row * p.q_stride + head * HEAD + d]) * p.scale;
  }
  var highest = LOWEST;
  var total = 0.0;
  let end = visible_keys(min(first + WORKGROUP, p.queries) - 1u);
  for (var start = 0u; start < end; start += TILE) {
    workgroupBarrier();
    for (var at = lane; at < TILE * HEAD; at += WORKGROUP) {
      let key_row = row(key_batch, min(start + at / HEAD, p.keys - 1u), p.keys);
      let channel = head * HEAD + at % HEAD;
      tile_k[at] = k[p.k_offset + key_row * p.k_stride + channel];
      tile_v[at] = v[p.v_offset + key_row * p.v_stride + channel];
    }
    workgroupBarrier();
    for (var at = 0u; at < min(TILE, end - start); at++) {
      let j = start + at;
      var score = 0.0;
      for (var d = 0u; d < HEAD; d++) { score += dot(query[d], vec4f(tile_k[at * HEAD + d])); }
      let hidden = reasons(batch, i, j);
      let off = !is_additive() && hidden > 0u;
      if (is_additive()) { score += f32(hidden) * p.mask_value; }
      if (off) { score = LOWEST; }
      if (score > highest + SLACK) {
        let rescale = exp(highest - score);
        highest = score;
        total *= rescale;
        for (var d = 0u; d < HEAD; d++) { sum[d] *= rescale; }
      }
      let weight = select(exp(score - highest), 0.0, off);
      total += weight;
      for (var d = 0u; d < HEAD; d++) { sum[d] += weight * vec4f(tile_v[at * HEAD + d]); }
    }
  }
  if (first + lane >= p.queries) { return; }
  let to = (query_row * p.heads + head) * HEAD;
  for (var d = 0u; d < HEAD; d++) { out[to + d] = X4(sum[d] / total); }
}
