// Product by workgroup tiles, for real GPUs: a workgroup shares TILE_ROWS rows of x by TILE_COLUMNS F of the weights and
// walks the sum DEPTH XK of one tap at a time. Layout, slices and epilogue: gemm.wgsl; needs channels and columns in fours.
// While the workgroup multiplies one tile, each invocation's share of the next is on the way from memory into registers;
// two barriers a tile. gemm_tile_fma and gemm_tile_matrix have the entry points, and how a tile is laid out and multiplied.
// The scheme is that of siboehm's CUDA notes and of tfjs' packed matmul, with the taps of a convolution outermost.

fn walk(group: vec3u, groups: vec3u, lane: u32) {
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
//unroll x
  let origin$x = origin(min(tileRow + bringRow + $xu * (WORKGROUP / DEPTH), p.rows - 1u));
  var base$x: u32;
  var x$x: X4;
//end
//unroll w
  var weight$w: W4;
//end

  var sums: Sums;
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
    if (filled) { multiply(&sums, lane); }
    if (!more) { break; }
    workgroupBarrier();
//unroll x
    putX(bringRow + $xu * (WORKGROUP / DEPTH), bringDepth, x$x);
//end
//unroll w
    putWeight(bringChannel + $wu * (WORKGROUP / TILE_COLUMNS), bringColumn, weight$w);
//end
    workgroupBarrier();
    filled = true;
  }
  finish(&sums, tileRow, tileColumn, lane);
}
