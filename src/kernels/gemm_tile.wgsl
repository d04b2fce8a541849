// Product by workgroup tiles, for real GPUs: a workgroup shares a tile of TILE_ROWS rows by TILE_COLUMNS F and walks the
// sum 16 channels of one tap at a time. Layout, slices and epilogue: gemm.wgsl; needs channels and columns in fours.
// An invocation owns ROWS rows by 8 columns. While it multiplies one tile, its share of the next is on the way from memory
// into registers. Two barriers a tile. Rows are padded by two vec4 and columns stored evens first, so that the
// invocations that read together meet different banks.
//              tile       invocations   rows   workgroup memory f32, f16   registers   bytes per flop in f32, f16
//   tile       64 x 64    128           4      8320, 4160 bytes            90          0.063, 0.031
//   tile32     32 x 32    32            4      4224, 2112                  105         0.125, 0.063
//   tile128    128 x 64   128           8      12416, 6208                 150         0.047, 0.023
// The scheme is that of siboehm's CUDA notes and of tfjs' packed matmul, with the taps of a convolution outermost.

const DEPTH = 4u; // in XK
const X_STRIDE = TILE_ROWS + 2u;

var<workgroup> tileX: array<X4, DEPTH * X_STRIDE>; // [DEPTH][TILE_ROWS]
var<workgroup> tileWeight: array<W4, 4u * DEPTH * TILE_COLUMNS>; // [4 * DEPTH][TILE_COLUMNS]

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let steps = enter(group.z);
  let index = group.x + group.y * groups.x;
  let across = (p.columns + TILE_COLUMNS - 1u) / TILE_COLUMNS;
  let tileRow = TILE_ROWS * (index / across);
  let tileColumn = TILE_COLUMNS * (index % across);
  // What the invocation brings: every (WORKGROUP / DEPTH)th row, every (WORKGROUP / TILE_COLUMNS)th channel.
  let bringRow = lane / DEPTH;
  let bringDepth = lane % DEPTH;
  let bringChannel = lane / TILE_COLUMNS;
  let bringColumn = lane % TILE_COLUMNS;
  let bringPlace = (bringColumn % 2u) * (TILE_COLUMNS / 2u) + bringColumn / 2u;
//unroll x
  let origin$x = origin(min(tileRow + bringRow + $xu * (WORKGROUP / DEPTH), p.rows - 1u));
  var base$x: u32;
  var x$x: X4;
//end
//unroll w
  var weight$w: W4;
//end
  // What it multiplies.
  let pair = lane % (TILE_COLUMNS / 2u);
  let myRow = ROWS * (lane / (TILE_COLUMNS / 2u));
//unroll r
  var first$r: F;
  var second$r: F;
//end

  var step = steps.first;
  var span = Span(0u, 0u, 0u, 0u);
  var filled = false;
  loop {
    let more = step < steps.end;
    if (more) { // bring the next tile
      if (span.first >= span.end) {
        span = spanFrom(step, steps.end);
//unroll x
        base$x = pixel(origin$x, span.ky, span.kx);
//end
      }
      let depth = span.first + bringDepth;
//unroll x
      x$x = X4();
      if (depth < span.end && base$x != OUTSIDE) { x$x = x[base$x + depth]; }
//end
      let channels = 4u * (span.end - span.first);
      let start = weightRow(step) + tileColumn + bringColumn;
      let inside = tileColumn + bringColumn < p.columns;
//unroll w
      weight$w = W4();
      {
        let channel = bringChannel + $wu * (WORKGROUP / TILE_COLUMNS);
        if (inside && channel < channels) { weight$w = weight[start + channel * p.columns]; }
      }
//end
      step += min(DEPTH, span.end - span.first);
      span.first += DEPTH;
    }
    if (filled) { // multiply this one
      for (var depth = 0u; depth < DEPTH; depth++) {
//unroll r
        let a$r = vec4f(tileX[depth * X_STRIDE + myRow + $ru]);
//end
//unroll k
        {
          let at = (4u * depth + $ku) * TILE_COLUMNS + pair;
          let w0 = F(tileWeight[at]);
          let w1 = F(tileWeight[at + TILE_COLUMNS / 2u]);
//unroll r
          first$r += a$r[$k] * w0;
          second$r += a$r[$k] * w1;
//end
        }
//end
      }
    }
    if (!more) { break; }
    workgroupBarrier();
//unroll x
    tileX[bringDepth * X_STRIDE + bringRow + $xu * (WORKGROUP / DEPTH)] = x$x;
//end
//unroll w
    tileWeight[(bringChannel + $wu * (WORKGROUP / TILE_COLUMNS)) * TILE_COLUMNS + bringPlace] = weight$w;
//end
    workgroupBarrier();
    filled = true;
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
    store(tileRow + myRow + i, tileColumn + 2u * pair, first, second);
  }
}
