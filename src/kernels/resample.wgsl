// One pass of an antialiased resize: every output is a weighted sum of `taps` inputs along one side.
// Layout [outer, side, inner] (a row-major image seen from the side that changes), one invocation one vector XV.
// Table rows (resample_weights.wgsl): first source position, then the weights.
// Memory-bound: reads 2 * support * max(in / out, 1) inputs an output, neighbours share them in cache.

struct Params {
  vectors: u32,   // of the output, in XV
  inner: u32,     // in XV
  input: u32,     // the side before
  output: u32,    // the side after
  taps: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<XV>;
@group(0) @binding(2) var<storage, read> table: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<XV>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.vectors) { return; }
  let line = index / p.inner;
  let row = (line % p.output) * (p.taps + 1u);
  let first = u32(table[row]);
  let start = (line / p.output * p.input + first) * p.inner + index % p.inner;
  let taps = min(p.taps, p.input - first);
  var sum = V(0.0);
  for (var tap = 0u; tap < taps; tap++) {
    sum += table[row + 1u + tap] * V(x[start + tap * p.inner]);
  }
  // floor(v + 0.5) as Pillow: WGSL's round goes to even.
  if (ROUND8) { sum = floor(clamp(sum, V(0.0), V(1.0)) * 255.0 + 0.5) / 255.0; }
  out[index] = XV(sum);
}
