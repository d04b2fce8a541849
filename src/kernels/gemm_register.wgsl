// Product by register tiles: an invocation owns ROWS (4 or 8) rows by two F (8 columns with vec4f); no barriers.
// Layout and epilogue: gemm.wgsl. The tap is hoisted out of the channel loop, which has no division and, per four
// channels of 8 x 8, loads 8 vec4 of x and 8 of the weights for 64 multiply-adds of vec4f: 0.5 bytes per flop in f32.
// Sums have constant indices all the way: one dynamic index would put them into memory (2 to 3 times slower on
// SwiftShader). About 110 registers of 32 bits with 8 rows, no workgroup memory.
// The idea is jax-js' (no barriers) and surfgrad's (unrolled 8 x 8); 8 x 8 is the fastest tile on SwiftShader, 4 x 8
// takes 1.2 times as long, 8 x 16 and 16 x 8 1.6 times.

/// Adds one channel of four rows times two columns.
fn accumulate(sums: ptr<function, array<F, 8>>, a: vec4f, w0: F, w1: F) {
  (*sums)[0] += a.x * w0;
  (*sums)[1] += a.x * w1;
  (*sums)[2] += a.y * w0;
  (*sums)[3] += a.y * w1;
  (*sums)[4] += a.z * w0;
  (*sums)[5] += a.z * w1;
  (*sums)[6] += a.w * w0;
  (*sums)[7] += a.w * w1;
}

/// Four channels of a pixel (one, in every component, where XK is a scalar), zero in the padding.
fn load(base: u32, channel: u32) -> vec4f {
  if (POINTWISE) { return widen(x[base + channel]); } // the test would cost a CPU a fifth more
  return select(widen(x[base + channel]), vec4f(0.0), base == OUTSIDE);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let pairs = (p.columns + 1u) / 2u;
  let row = ROWS * (index / pairs);
  let column = 2u * (index % pairs);
  if (row >= p.rows) { return; }
  product = group.z;

  var origins: array<Origin, 8>;
  for (var i = 0u; i < ROWS; i++) { origins[i] = origin(min(row + i, p.rows - 1u)); }
  var s: array<F, 8>; // rows 0 to 3
  var t: array<F, 8>; // rows 4 to 7
  var w = firstWeight() * p.columns + column;
  for (var ky = 0u; ky < p.kernelHeight; ky++) {
    for (var kx = 0u; kx < p.kernelWidth; kx++) {
      var bases: array<u32, 8>;
      for (var i = 0u; i < ROWS; i++) { bases[i] = pixel(origins[i], ky, kx); }
      let base0 = bases[0];
      let base1 = bases[1];
      let base2 = bases[2];
      let base3 = bases[3];
      let base4 = bases[4];
      let base5 = bases[5];
      let base6 = bases[6];
      let base7 = bases[7];
      for (var channel = 0u; channel < p.channels; channel++) {
        let a0 = load(base0, channel);
        let a1 = load(base1, channel);
        let a2 = load(base2, channel);
        let a3 = load(base3, channel);
        var a4: vec4f;
        var a5: vec4f;
        var a6: vec4f;
        var a7: vec4f;
        if (ROWS == 8u) {
          a4 = load(base4, channel);
          a5 = load(base5, channel);
          a6 = load(base6, channel);
          a7 = load(base7, channel);
        }
        {
          let w0 = F(weight[w]);
          let w1 = F(weight[w + 1u]);
          w += p.columns;
          accumulate(&s, vec4f(a0.x, a1.x, a2.x, a3.x), w0, w1);
          if (ROWS == 8u) { accumulate(&t, vec4f(a4.x, a5.x, a6.x, a7.x), w0, w1); }
        }
        if (!VECTOR_K) { continue; }
        {
          let w0 = F(weight[w]);
          let w1 = F(weight[w + 1u]);
          w += p.columns;
          accumulate(&s, vec4f(a0.y, a1.y, a2.y, a3.y), w0, w1);
          if (ROWS == 8u) { accumulate(&t, vec4f(a4.y, a5.y, a6.y, a7.y), w0, w1); }
        }
        {
          let w0 = F(weight[w]);
          let w1 = F(weight[w + 1u]);
          w += p.columns;
          accumulate(&s, vec4f(a0.z, a1.z, a2.z, a3.z), w0, w1);
          if (ROWS == 8u) { accumulate(&t, vec4f(a4.z, a5.z, a6.z, a7.z), w0, w1); }
        }
        {
          let w0 = F(weight[w]);
          let w1 = F(weight[w + 1u]);
          w += p.columns;
          accumulate(&s, vec4f(a0.w, a1.w, a2.w, a3.w), w0, w1);
          if (ROWS == 8u) { accumulate(&t, vec4f(a4.w, a5.w, a6.w, a7.w), w0, w1); }
        }
      }
    }
  }
  for (var i = 0u; i < ROWS; i++) { // one copy of the epilogue in the code, yet constant indices
    var first: F;
    var second: F;
    switch (i) {
      case 0u: { first = s[0]; second = s[1]; }
      case 1u: { first = s[2]; second = s[3]; }
      case 2u: { first = s[4]; second = s[5]; }
      case 3u: { first = s[6]; second = s[7]; }
      case 4u: { first = t[0]; second = t[1]; }
      case 5u: { first = t[2]; second = t[3]; }
      case 6u: { first = t[4]; second = t[5]; }
      default: { first = t[6]; second = t[7]; }
    }
    store(row + i, column, first, second);
  }
}
