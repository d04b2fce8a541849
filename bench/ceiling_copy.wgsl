// The memory ceiling: y = x, sixteen bytes an invocation and turn, neighbours side by side.
// No workgroup memory, about 8 registers, no operations.

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

struct Params { vectors: u32, stride: u32 }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var i = id.x; i < p.vectors; i += p.stride) { y[i] = x[i]; }
}
