// Layer norm (layer_norm.wgsl) by LANES neighbouring invocations a row, which add up by sum_of_lanes (sum_alone.wgsl with LANES
// 1, sum_workgroup.wgsl): alone suits a CPU; a GPU wants neighbours to read neighbouring channels.
// Workgroup memory: none alone, else 256 bytes; about 24 registers a thread.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * groups.x) * (WORKGROUP / LANES) + lane / LANES;
  let start = min(row, p.rows - 1u) * p.channels;
  let end = select(p.channels, 0u, row >= p.rows); // beyond the last row nothing is done, but barriers are reached
  let count = f32(p.channels * WIDTH);
  let origin = first_lane(V(x[start]));
  let first = lane % LANES;
  var sums = V();
  for (var c = first; c < end; c += LANES) { sums += V(x[start + c]) - origin; }
  let mean = origin + sum_of_lanes(total(sums), lane) / count;
  var squares = V();
  for (var c = first; c < end; c += LANES) {
    let off = V(x[start + c]) - mean;
    squares += off * off;
  }
  let factor = inverseSqrt(sum_of_lanes(total(squares), lane) / count + p.eps);
  for (var c = first; c < end; c += LANES) {
    out[start + c] = XV((V(x[start + c]) - mean) * factor * V(weight[c]) + V(bias[c]));
  }
}
