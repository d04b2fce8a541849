// The arithmetic ceiling: chains of fused multiply-adds on registers, eight of four lanes at once so that none waits.
// No workgroup memory, about 40 registers, 16 bytes for each 64 ROUNDS operations.

@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let a = x[id.x];
  var s0 = a;
  var s1 = a + 1.0;
  var s2 = a + 2.0;
  var s3 = a + 3.0;
  var s4 = a + 4.0;
  var s5 = a + 5.0;
  var s6 = a + 6.0;
  var s7 = a + 7.0;
  for (var i = 0u; i < ROUNDS; i++) {
    s0 = fma(s0, a, s0);
    s1 = fma(s1, a, s1);
    s2 = fma(s2, a, s2);
    s3 = fma(s3, a, s3);
    s4 = fma(s4, a, s4);
    s5 = fma(s5, a, s5);
    s6 = fma(s6, a, s6);
    s7 = fma(s7, a, s7);
  }
  y[id.x] = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
}
