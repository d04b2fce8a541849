// out[i] = activate(a[i] + b[i mod period]).
// Layout: any; four elements an invocation (bindings are padded to whole vec4, so the tail may be written).
// Memory-bound: reads 1 or 2 elements and writes 1 per output; no workgroup memory.

struct Params {
  vectors: u32,
  period: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<X4>;
@group(0) @binding(2) var<storage, read> b: array<W>;
@group(0) @binding(3) var<storage, read_write> out: array<X4>;

fn addend(i: u32) -> f32 { return f32(b[i % p.period]); }

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.vectors) { return; }
  var value = vec4f(a[index]);
  if (HAS_B) {
    let i = 4u * index;
    value += vec4f(addend(i), addend(i + 1u), addend(i + 2u), addend(i + 3u));
  }
  out[index] = X4(activate4(value));
}
