// Layer norm (layer_norm.wgsl), a subgroup a row: sums need no workgroup memory and no barrier.
// Right for every size of subgroup: it counts its invocations, which follow each other as everywhere where workgroups are
// lines, and the subgroups of a workgroup deal its ROWS rows among them.
// No workgroup memory; about 24 registers a thread.

// All that decides a subgroup's way is the same in its invocations; the compiler cannot see it.
@diagnostic(off, subgroup_uniformity)
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let lanes = subgroupAdd(1u);
  let first = subgroupExclusiveAdd(1u);
  let count = f32(p.channels * WIDTH);
  let first_row = (group.x + group.y * groups.x) * ROWS;
  let end = min(first_row + ROWS, p.rows);
  for (var row = first_row + subgroupBroadcastFirst(lane) / lanes; row < end; row += WORKGROUP / lanes) {
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
