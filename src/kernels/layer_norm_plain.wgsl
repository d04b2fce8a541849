// Layer norm (layer_norm.wgsl), the textbook's: an invocation takes a row, and reads it for the mean (as offsets from the
// first channel, which keep the sum small where the mean is large), for the variance, and for the result.
// No workgroup memory; about 16 registers a thread.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * groups.x) * WORKGROUP + lane;
  if (row >= p.rows) { return; }
  let start = row * p.channels;
  let origin = V(x[start]);
  var sum = V();
  for (var c = 0u; c < p.channels; c++) { sum += V(x[start + c]) - origin; }
  let mean = origin + sum / f32(p.channels);
  var squares = V();
  for (var c = 0u; c < p.channels; c++) {
    let off = V(x[start + c]) - mean;
    squares += off * off;
  }
  let factor = inverseSqrt(squares / f32(p.channels) + p.eps);
  for (var c = 0u; c < p.channels; c++) {
    out[start + c] = XV((V(x[start + c]) - mean) * factor * V(weight[c]) + V(bias[c]));
  }
}
