// The tiles of gemm_tile, multiplied by every invocation for itself: it owns ROWS rows by 8 columns of the output.
// Rows are padded by two vec4 and columns stored evens first: invocations that read together meet different banks.
//              tile       invocations   rows   workgroup memory f32, f16   registers   bytes per flop in f32, f16
//   tile       64 x 64    128           4      8320, 4160 bytes            90          0.063, 0.031
//   tile32     32 x 32    32            4      4224, 2112                  105         0.125, 0.063
//   tile128    128 x 64   128           8      12416, 6208                 150         0.047, 0.023

const X_STRIDE = TILE_ROWS + 2u;
const PAIRS = TILE_COLUMNS / 2u;

var<workgroup> tileX: array<X4, DEPTH * X_STRIDE>; // [DEPTH][TILE_ROWS]
var<workgroup> tileWeight: array<W4, 4u * DEPTH * TILE_COLUMNS>; // [4 * DEPTH][TILE_COLUMNS]

alias Sums = array<F, 2u * ROWS>; // [ROWS][2], indices constant throughout: it stays in registers

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  walk(group, groups, lane);
}

fn putX(row: u32, depth: u32, value: X4) { tileX[depth * X_STRIDE + row] = value; }

fn putWeight(channel: u32, column: u32, value: W4) {
  tileWeight[channel * TILE_COLUMNS + (column % 2u) * PAIRS + column / 2u] = value;
}

fn multiply(sums: ptr<function, Sums>, lane: u32) {
  let row = ROWS * (lane / PAIRS);
  for (var depth = 0u; depth < DEPTH; depth++) {
//unroll r
    let a$r = vec4f(tileX[depth * X_STRIDE + row + $ru]);
//end
//unroll k
    {
      let at = (4u * depth + $ku) * TILE_COLUMNS + lane % PAIRS;
      let w0 = F(tileWeight[at]);
      let w1 = F(tileWeight[at + PAIRS]);
//unroll r
      (*sums)[2 * $r] += a$r[$k] * w0;
      (*sums)[2 * $r + 1] += a$r[$k] * w1;
//end
    }
//end
  }
}

fn finish(sums: ptr<function, Sums>, tileRow: u32, tileColumn: u32, lane: u32) {
  let row = tileRow + ROWS * (lane / PAIRS);
  let column = tileColumn + 2u * (lane % PAIRS);
  for (var i = 0u; i < ROWS; i++) { // one copy of the epilogue in the code, yet no dynamic index
    var first: F;
    var second: F;
    switch (i) {
//unroll r
      case $ru: { first = (*sums)[2 * $r]; second = (*sums)[2 * $r + 1]; }
//end
      default: {}
    }
    storePair(row + i, column, first, second);
  }
}
