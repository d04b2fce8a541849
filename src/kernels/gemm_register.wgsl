// Product by register tiles: an invocation owns ROWS (4 or 8) rows by two F (8 columns with vec4f); no barriers.
// Layout, slices and epilogue: gemm.wgsl. The tap is hoisted out of the channel loop, which has no division and, per four
// channels of 8 x 8, loads 8 vec4 of x and 8 of the weights for 64 multiply-adds of vec4f: 0.5 bytes per flop in f32
// from cache. About 110 registers of 32 bits with 8 rows, 70 with 4; no workgroup memory.
// Sums are variables of their own (unroll.ts): an array with one dynamic index would be put into memory.
// The idea is jax-js' (no barriers) and surfgrad's (unrolled 8 x 8); 8 x 8 is the fastest tile on SwiftShader, 4 x 8
// takes 1.2 times as long, 8 x 16 and 16 x 8 1.6 times.

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let steps = enter(group.z);
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let pairs = (p.columns + 1u) / 2u;
  let row = ROWS * (index / pairs);
  let column = 2u * (index % pairs);
  if (row >= p.rows) { return; }

//unroll r
  let origin$r = origin(min(row + $ru, p.rows - 1u));
  var first$r: F;
  var second$r: F;
//end
  var w = weightRow(steps.first) + column;
  for (var step = steps.first; step < steps.end;) {
    let span = spanFrom(step, steps.end);
//unroll r
    let base$r = pixel(origin$r, span.ky, span.kx);
//end
    for (var channel = span.first; channel < span.end; channel++) {
//unroll r
      let a$r = load(base$r, channel);
//end
//unroll k
      {
        let w0 = F(weight[w]);
        let w1 = F(weight[w + 1u]);
        w += p.columns;
//unroll r
        first$r += a$r[$k] * w0;
        second$r += a$r[$k] * w1;
//end
      }
//end
    }
    step += span.end - span.first;
  }
  for (var i = 0u; i < ROWS; i++) { // one copy of the epilogue in the code, yet no dynamic index
    var first: F;
    var second: F;
    switch (i) {
//unroll r
      case $ru: { first = first$r; second = second$r; }
//end
      default: {}
    }
    storePair(row + i, column, first, second);
  }
}
