// Smallest and largest element, in passes: each invocation strides over the input and leaves one pair, until one is
// left. The first pass reads elements (STRIDE 1), the others pairs (STRIDE 2).
// Without barriers or workgroup memory: a tree in workgroup memory (Harris, "Optimizing parallel reduction in CUDA")
// costs SwiftShader ten times as much, and a depth map is small. Memory-bound: one read an element.

struct Params {
  count: u32,
  pairs: u32,   // of the output, at most count
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<X>;
@group(0) @binding(2) var<storage, read_write> out: array<vec2f>;

fn load(i: u32) -> vec2f {
  return vec2f(f32(x[i * STRIDE]), f32(x[i * STRIDE + STRIDE - 1u]));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.pairs) { return; }
  var pair = load(index);
  for (var i = index + p.pairs; i < p.count; i += p.pairs) {
    let other = load(i);
    pair = vec2f(min(pair.x, other.x), max(pair.y, other.y));
  }
  out[index] = pair;
}
