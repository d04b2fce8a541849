// out[r] = scale · x[r] / max(‖x[r]‖, 1e-12), as torch's normalize: the zero row stays zero. One invocation a row.
// Memory-bound: rows are read twice and written once; no workgroup memory. For embeddings: few rows.

struct Params {
  rows: u32,
  channels: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<X>;
@group(0) @binding(2) var<storage, read_write> out: array<X>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.x + group.y * groups.x) * 64u + lane;
  if (row >= p.rows) { return; }
  let start = row * p.channels;
  var squares = 0.0;
  for (var c = 0u; c < p.channels; c++) {
    let value = f32(x[start + c]);
    squares += value * value;
  }
  let length = sqrt(squares);
  let factor = p.scale / select(length, 1e-12, length < 1e-12); // unlike max, it keeps a NaN
  for (var c = 0u; c < p.channels; c++) { out[start + c] = X(f32(x[start + c]) * factor); }
}
