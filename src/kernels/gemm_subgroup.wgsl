// Product by subgroups: a workgroup owns ROWS rows, an invocation of it COLUMNS F; no barriers.
// Layout, slices and epilogue: gemm.wgsl. LANES invocations of every subgroup hold one row each (ROWS / LANES in turn) and
// broadcast it to the others, which read weights only. Per four channels of 8 x 4 (COLUMNS = 1) and four lanes, 2 vec4 of
// x and 4 of the weights for 32 multiply-adds of vec4f: 0.4 bytes per flop in f32 from cache, about 60 registers of 32
// bits; of 32 x 8, the tall tile for CPUs alone, 0.12 bytes and 300 registers, which a CPU keeps on its stack. No workgroup
// memory. GEGLU, and columns that are no multiple of four, have COLUMNS = 2.
// All of a workgroup works on the same rows, so it does not matter which invocations form a subgroup, nor how large one
// is: it has LANES at least, and what the lanes beyond them hold is not used.
// The idea is that of ONNX Runtime's kernel for Intel: a broadcast of a fixed lane is a register operand on Intel and AMD.
// On SwiftShader a load is a branch and an insert for every lane, so that loads are what costs, in time and in machine
// code. 8 x 4 has half of those of 8 x 8, takes 0.8 of its time and compiles in half; 32 x 8 takes 0.85 of that, and 0.5
// to 0.6 of gemm_register's. On lavapipe a third of gemm_register's.

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroupLane: u32,
) {
  let steps = enter(group.z);
  let index = group.x + group.y * groups.x;
  let across = (p.columns + COLUMNS * WORKGROUP - 1u) / (COLUMNS * WORKGROUP);
  let row = ROWS * (index / across);
  let column = COLUMNS * (WORKGROUP * (index % across) + lane);
  if (row >= p.rows) { return; }

  let mine = row + subgroupLane % LANES;
//unroll h
  let origin$h = origin(min(mine + $hu * LANES, p.rows - 1u));
//unroll l
//unroll c
  var sum$h_$l_$c: F;
//end
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
//end
//unroll k
//unroll c
      let w$k_$c = F(weight[w + $cu]);
//end
      w += p.columns;
//end
//unroll h
//unroll l
      {
        let a = subgroupBroadcast(held$h, $lu);
//unroll c
//unroll k
        sum$h_$l_$c += a[$k] * w$k_$c;
//end
//end
      }
//end
//end
    }
    step += span.end - span.first;
  }
  for (var i = 0u; i < ROWS; i++) { // one copy of the epilogue in the code
    var sums: array<F, COLUMNS>;
    switch (i) {
//unroll h
//unroll l
      case $hu * LANES + $lu: {
//unroll c
        sums[$c] = sum$h_$l_$c;
//end
      }
//end
//end
      default: {}
    }
    if (GEGLU) {
      storePair(row + i, column, sums[0], sums[COLUMNS - 1u]);
    } else {
//unroll c
      store(row + i, column + $cu, sums[$c]);
//end
    }
  }
}
