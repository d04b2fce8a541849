// out[i] = min(max(x[i] * scale + shift, low), high); NaN stays NaN.
// Layout: any; four elements an invocation (bindings are padded to whole vec4, so the tail may be written).
// Memory-bound: reads 1 and writes 1 element per output (1/2 flop a byte in f32); no workgroup memory, 2 vec4 registers.

struct Params {
  vectors: u32,
  scale: f32,
  shift: f32,
  low: f32,
  high: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<IN4>;
@group(0) @binding(2) var<storage, read_write> out: array<X4>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.vectors) { return; }
  let value = vec4f(x[index]) * p.scale + p.shift;
  // Comparisons that NaN fails, where min and max might return the bound.
  let raised = select(value, vec4f(p.low), value < vec4f(p.low));
  out[index] = X4(select(raised, vec4f(p.high), raised > vec4f(p.high)));
}
