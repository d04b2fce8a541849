// Adds the slices of a split sum in their order and finishes it. Here `x` holds the slices [slices, rows, columns] of every
// product in f32 and `channels` is their number. Epilogue: gemm.wgsl. An invocation adds one row at two F. No workgroup
// memory, about 20 registers; moves 4 bytes an addition, which a chooser must find less than what idle invocations cost.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  enter(group.z);
  let index = (group.x + group.y * groups.x) * 64u + lane;
  let pairs = (p.columns + 1u) / 2u;
  let row = index / pairs;
  let column = 2u * (index % pairs);
  if (row >= p.rows) { return; }
  let start = (product * p.channels * p.rows + row) * p.columns + column;
  var first = F(0.0);
  var second = F(0.0);
  for (var slice = 0u; slice < p.channels; slice++) {
    let at = start + slice * p.rows * p.columns;
    first += F(x[at]);
    second += F(x[at + 1u]);
  }
  storePair(row, column, first, second);
}
