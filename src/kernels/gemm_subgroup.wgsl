// Product by subgroups: a workgroup owns ROWS rows, an invocation of it two F (8 columns with vec4f); no barriers.
// Layout, slices and epilogue: gemm.wgsl. LANES invocations of every subgroup hold one row each (ROWS / LANES in turn) and
// broadcast it to the others, which read weights only: per four channels of 8 x 8 and four lanes, 2 vec4 of x and 8 of
// the weights for 64 multiply-adds of vec4f, 0.3 bytes per flop in f32 from cache. About 90 registers of 32 bits with 8
// rows; no workgroup memory.
// All of a workgroup works on the same rows, so it does not matter which invocations form a subgroup, nor how large one
// is: it has LANES at least, and what the lanes beyond them hold is not used.
// The idea is that of ONNX Runtime's kernel for Intel: a broadcast of a fixed lane is a register operand on Intel and AMD.
// On SwiftShader, where every load of an invocation is a gather, 0.6 to 0.65 of the time of gemm_register.

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroupLane: u32,
) {
  let steps = enter(group.z);
  let index = group.x + group.y * groups.x;
  let across = (p.columns + 2u * WORKGROUP - 1u) / (2u * WORKGROUP);
  let row = ROWS * (index / across);
  let column = 2u * (WORKGROUP * (index % across) + lane);
  if (row >= p.rows) { return; }

  let mine = row + subgroupLane % LANES;
//unroll h
  let origin$h = origin(min(mine + $hu * LANES, p.rows - 1u));
//unroll l
  var first$h_$l: F;
  var second$h_$l: F;
//end
//end
  var w = weightRow(steps.first) + column;
  for (var step = steps.first; step < steps.end;) {
    let span = spanFrom(step, steps.end);
//unroll h
    let base$h = pixel(origin$h, span.ky, span.kx);
//end
    for (var channel = span.first; channel < span.end; channel++) {
//unroll h
      let held$h = load(base$h, channel);
//unroll l
      let a$h_$l = subgroupBroadcast(held$h, $lu);
//end
//end
//unroll k
      {
        let w0 = F(weight[w]);
        let w1 = F(weight[w + 1u]);
        w += p.columns;
//unroll h
//unroll l
        first$h_$l += a$h_$l[$k] * w0;
        second$h_$l += a$h_$l[$k] * w1;
//end
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
//unroll h
//unroll l
      case $hu * LANES + $lu: { first = first$h_$l; second = second$h_$l; }
//end
//end
      default: {}
    }
    store(row + i, column, first, second);
  }
}
