// Layer norm (layer_norm.wgsl) by LANES neighbouring invocations a row: each takes the moments of its own channels
// (moments.wgsl), which are merged by sum_of_lanes (sum_alone.wgsl with LANES 1, sum_workgroup.wgsl). Alone suits a CPU; a
// GPU wants neighbours to read neighbouring channels.
// Rows are read twice. Workgroup memory: none alone, else 256 bytes; about 32 registers a thread.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * groups.x) * (WORKGROUP / LANES) + lane / LANES;
  let start = min(row, p.rows - 1u) * p.channels;
  let end = select(p.channels, 0u, row >= p.rows); // beyond the last row nothing is done, but barriers are reached
  let first = lane % LANES;
  let own_count = (max(end, first) - first + LANES - 1u) / LANES;
  let own = moments_of(start + first, LANES, own_count);

  // Offsets from the row's first channel keep the sum small where the mean is large.
  let origin = first_lane(V(x[start]));
  let count = f32(p.channels * WIDTH);
  let mean = origin + sum_of_lanes(total((own.mean - origin) * f32(own_count)), lane) / count;
  let off = own.mean - mean;
  let variance = sum_of_lanes(total(own.squares + off * off * f32(own_count)), lane) / count;
  let factor = inverseSqrt(variance + p.eps);
  for (var c = first; c < end; c += LANES) {
    out[start + c] = XV((V(x[start + c]) - mean) * factor * V(weight[c]) + V(bias[c]));
  }
}
