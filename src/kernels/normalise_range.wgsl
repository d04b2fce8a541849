// out = (x - min) / (max - min + 1e-6), as the bundled model was trained on depth.
// One invocation owns four elements (bindings are whole vec4). Memory-bound: one read and one write an element.

struct Params {
  vectors: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<X4>;
@group(0) @binding(2) var<storage, read> range: vec2f;
@group(0) @binding(3) var<storage, read_write> out: array<X4>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.x + group.y * groups.x) * 64u + lane;
  if (i >= p.vectors) { return; }
  out[i] = X4((vec4f(x[i]) - range.x) / (range.y - range.x + 1e-6));
}
