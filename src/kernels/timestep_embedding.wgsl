// Sinusoidal embedding: out[b, i] = sin(t[b] · f_i) and cos(t[b] · f_i) in two halves, zero in the last column if odd.
// The frequencies come as params. WGSL promises sin and cos only within 2^-11 and only on [-π, π]; so the angle is
// reduced in three steps (Cody and Waite 1980) and the polynomials are those of Cephes' sinf and cosf.
// One invocation an element, tiny.

struct Params {
  count: u32,
  dim: u32,
  cos_first: u32,
  unused: u32,
  frequencies: array<vec4f, FREQUENCIES_4>,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> t: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<X>;

// sin(angle + quarter·π/2); within 1e-6 for |angle| < 8192.
fn sine(angle: f32, quarter: u32) -> f32 {
  let turns = round(angle * 0.6366197723675814);
  let r = ((angle - turns * 1.5703125) - turns * 4.837512969970703125e-4) - turns * 7.549789948768648e-8;
  let z = r * r;
  let s = r + r * z * (-1.6666654611e-1 + z * (8.3321608736e-3 - z * 1.9515295891e-4));
  let c = 1.0 - 0.5 * z + z * z * (4.166664568298827e-2 + z * (-1.388731625493765e-3 + z * 2.443315711809948e-5));
  let quadrant = u32(i32(turns) + i32(quarter)) & 3u;
  let value = select(s, c, (quadrant & 1u) == 1u);
  return select(value, -value, quadrant >= 2u);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.count) { return; }
  let column = index % p.dim;
  let half = p.dim / 2u;
  if (column >= 2u * half) {
    out[index] = X(0.0);
    return;
  }
  let i = column % half;
  let is_cos = (column < half) == (p.cos_first == 1u);
  out[index] = X(sine(t[index / p.dim] * p.frequencies[i / 4u][i % 4u], select(0u, 1u, is_cos)));
}
