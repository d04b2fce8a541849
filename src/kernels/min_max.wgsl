// Smallest and largest element, in one pass (STRIDE 1) or two (the second, STRIDE 2, reads the first's pairs).
// Every workgroup strides over the input, then halves 256 pairs in workgroup memory (2 KB). Memory-bound: one read
// an element. Idea: the two-level tree reduction of Harris, "Optimizing parallel reduction in CUDA".

struct Params {
  count: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<X>;
@group(0) @binding(2) var<storage, read_write> out: array<vec2f>;

var<workgroup> pairs: array<vec2f, 256>;

fn wider(a: vec2f, b: vec2f) -> vec2f {
  return vec2f(min(a.x, b.x), max(a.y, b.y));
}

fn load(i: u32) -> vec2f {
  return vec2f(f32(x[i * STRIDE]), f32(x[i * STRIDE + STRIDE - 1u]));
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  // Threads beyond the end repeat an element, so that no infinity is needed to start from.
  var pair = load(min(group.x * 256u + lane, p.count - 1u));
  for (var i = (group.x + groups.x) * 256u + lane; i < p.count; i += groups.x * 256u) {
    pair = wider(pair, load(i));
  }
  pairs[lane] = pair;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { pairs[lane] = wider(pairs[lane], pairs[lane + half]); }
  }
  if (lane == 0u) { out[group.x] = pairs[0]; }
}
