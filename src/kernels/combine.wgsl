// Linear combination with coefficients read at run time: out[i] = clamp(sum_t c[t] * term_t[i], -LIMIT, LIMIT).
// With IN_PLACE the output is itself the first term: out[i] = c[0] * out[i] + sum_t c[t + 1] * term_t[i].
// Layout: any, all alike; one invocation owns four elements (bindings are whole vec4, so the tail needs no care).
// Memory-bound: TERMS + 1 elements moved for 2 * TERMS flops; no workgroup memory, about 12 registers.

struct Params {
  vectors: u32,
  limit: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> coefficients: array<f32>;
@group(0) @binding(2) var<storage, read> term0: array<A4>;
@group(0) @binding(3) var<storage, read> term1: array<B4>;
@group(0) @binding(4) var<storage, read> term2: array<C4>;
@group(0) @binding(5) var<storage, read> term3: array<D4>;
@group(0) @binding(6) var<storage, read> term4: array<E4>;
@group(0) @binding(7) var<storage, read> term5: array<F4>;
@group(0) @binding(8) var<storage, read_write> out: array<X4>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.x + group.y * groups.x) * 64u + lane;
  if (i >= p.vectors) { return; }
  const FIRST = select(0u, 1u, IN_PLACE);
  var sum = vec4f(0.0);
  if (IN_PLACE) { sum = coefficients[0] * vec4f(out[i]); }
  if (TERMS > 0u) { sum += coefficients[FIRST] * vec4f(term0[i]); }
  if (TERMS > 1u) { sum += coefficients[FIRST + 1u] * vec4f(term1[i]); }
  if (TERMS > 2u) { sum += coefficients[FIRST + 2u] * vec4f(term2[i]); }
  if (TERMS > 3u) { sum += coefficients[FIRST + 3u] * vec4f(term3[i]); }
  if (TERMS > 4u) { sum += coefficients[FIRST + 4u] * vec4f(term4[i]); }
  if (TERMS > 5u) { sum += coefficients[FIRST + 5u] * vec4f(term5[i]); }
  if (HAS_LIMIT) { sum = clamp(sum, vec4f(-p.limit), vec4f(p.limit)); }
  out[i] = X4(sum);
}
