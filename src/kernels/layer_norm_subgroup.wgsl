// Layer norm (layer_norm.wgsl), a subgroup a row: sums need no workgroup memory and no barrier.
// Right for every size of subgroup and whichever invocations form one: it counts and numbers its own, and the subgroups of
// a workgroup take its ROWS rows one after another from a counter.
// 4 bytes of workgroup memory; about 24 registers a thread. Rows kept in registers, read once, took 1.3 of the time on
// lavapipe; what they spare a GPU are reads from its nearest cache.

var<workgroup> taken: atomic<u32>;

// All that decides a subgroup's way is the same in its invocations; the compiler cannot see it.
@diagnostic(off, subgroup_uniformity)
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let lanes = subgroupAdd(1u);
  let first = subgroupExclusiveAdd(1u);
  let count = f32(p.channels * WIDTH);
  let first_row = (group.x + group.y * groups.x) * ROWS;
  let end = min(first_row + ROWS, p.rows);
  loop {
    var turn = 0u;
    if (first == 0u) { turn = atomicAdd(&taken, 1u); }
    let row = first_row + subgroupBroadcastFirst(turn);
    if (row >= end) { break; }
    let start = row * p.channels;
    let origin = first_lane(V(x[start]));
    var sums = V();
    for (var c = first; c < p.channels; c += lanes) { sums += V(x[start + c]) - origin; }
    let mean = origin + subgroupAdd(total(sums)) / count;
    var squares = V();
    for (var c = first; c < p.channels; c += lanes) {
      let off = V(x[start + c]) - mean;
      squares += off * off;
    }
    let factor = inverseSqrt(subgroupAdd(total(squares)) / count + p.eps);
    for (var c = first; c < p.channels; c += lanes) {
      out[start + c] = XV((V(x[start + c]) - mean) * factor * V(weight[c]) + V(bias[c]));
    }
  }
}
