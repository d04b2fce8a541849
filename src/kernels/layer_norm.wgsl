// Layer norm of rows: out = (x - mean) / sqrt(variance + eps) · weight + bias, over the channels of a row.
// One invocation a row, three passes (mean, summed as offsets from the first channel; squares about it; result):
// nothing cancels whatever the mean is.
// XV, WV, V, total, first_lane: see width.ts; vectors where the channels divide by four.
// Memory-bound: rows are read three times, twice of them from a cache, and written once; no workgroup memory.

struct Params {
  rows: u32,
  channels: u32,
  eps: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<XV>;
@group(0) @binding(2) var<storage, read> weight: array<WV>;
@group(0) @binding(3) var<storage, read> bias: array<WV>;
@group(0) @binding(4) var<storage, read_write> out: array<XV>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * groups.x) * 64u + lane;
  if (row >= p.rows) { return; }
  let start = row * p.channels;
  let count = f32(p.channels * WIDTH);
  let origin = first_lane(V(x[start]));
  var sums = V();
  for (var c = 0u; c < p.channels; c++) { sums += V(x[start + c]) - origin; }
  let mean = origin + total(sums) / count;
  var squares = V();
  for (var c = 0u; c < p.channels; c++) {
    let off = V(x[start + c]) - mean;
    squares += off * off;
  }
  let factor = inverseSqrt(total(squares) / count + p.eps);
  for (var c = 0u; c < p.channels; c++) {
    out[start + c] = XV((V(x[start + c]) - mean) * factor * V(weight[c]) + V(bias[c]));
  }
}
