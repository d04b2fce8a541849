// What every product kernel shares (gemm_plain, gemm_register, gemm_tile are the loops): bindings, the map from an
// output row and a kernel tap to an input pixel, and what becomes of the sums (epilogue.wgsl).
//   out[row, column] = activation(sum over taps and channels of x[pixel(row, tap), channel] * weight[tap, channel, column]
//                      + bias[column] + rowBias[row / rowsPerBias, column]) + residual[row, column] + residual2[row, column]
// Layout: x [pixels, channels] (NHWC), weight [taps, channels, columns] (HWIO), out [rows, columns], rows = images * outHeight
// * outWidth: frames are folded into the rows. A linear layer has one tap and pixel(row) = row (constant POINTWISE).
// A batch of products (Winograd's sixteen) has x, weight and out of its own for each, one after the other; workgroup_id.z
// numbers them.
// `columns` counts F (f32 or vec4f, lanes_1.wgsl and lanes_4.wgsl), `channels` counts XK (X or X4, channels_*.wgsl).

struct Params {
  rows: u32,
  columns: u32,
  channels: u32,
  rowsPerBias: u32,
  outHeight: u32,
  outWidth: u32,
  height: u32, // of the input as the taps see it, after nearest upsampling
  width: u32,
  sourceHeight: u32, // of the input in memory
  sourceWidth: u32,
  kernelHeight: u32,
  kernelWidth: u32,
  strideY: u32,
  strideX: u32,
  padTop: u32,
  padLeft: u32,
  terms: u32, // bits of the epilogue
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<XK>;
@group(0) @binding(2) var<storage, read> weight: array<WF>;
@group(0) @binding(3) var<storage, read> bias: array<WF>;
@group(0) @binding(4) var<storage, read> rowBias: array<YF>;
@group(0) @binding(5) var<storage, read> residual: array<YF>;
@group(0) @binding(6) var<storage, read> residual2: array<YF>;
@group(0) @binding(7) var<storage, read_write> out: array<YF>;

const OUTSIDE = 0xffffffffu;

/// Which of the batch, set by the entry point before it calls anything here.
var<private> product: u32;

/// Where the first tap of an output row lies in the padded input.
struct Origin {
  image: u32,
  y: u32, // wraps below zero in the padding; then it is not < height
  x: u32,
}

fn origin(row: u32) -> Origin {
  if (POINTWISE) { return Origin(product * p.rows + row, 0u, 0u); }
  let line = row / p.outWidth;
  let y = (line % p.outHeight) * p.strideY - p.padTop;
  let x = (row % p.outWidth) * p.strideX - p.padLeft;
  return Origin(line / p.outHeight, y, x);
}

/// Index in `x` of the first channel of the pixel under a tap, OUTSIDE in the padding.
fn pixel(o: Origin, ky: u32, kx: u32) -> u32 {
  if (POINTWISE) { return o.image * p.channels; }
  var y = o.y + ky;
  var x = o.x + kx;
  if (y >= p.height || x >= p.width) { return OUTSIDE; }
  if (UPSAMPLE) {
    y = y * p.sourceHeight / p.height;
    x = x * p.sourceWidth / p.width;
  }
  return ((o.image * p.sourceHeight + y) * p.sourceWidth + x) * p.channels;
}

/// Row of `weight` where the product's own begin.
fn firstWeight() -> u32 {
  return product * p.kernelHeight * p.kernelWidth * p.channels * select(1u, 4u, VECTOR_K);
}

/// Finishes the sums of one row at `column` and `column + 1`; whatever lies beyond the matrix is dropped.
fn store(row: u32, column: u32, first: F, second: F) {
  if (row >= p.rows || column >= p.columns) { return; }
  let a = biased(row, column, first);
  if (GEGLU) {
    write(((product * p.rows + row) * p.columns + column) / 2u, geglu(a, biased(row, column + 1u, second)));
    return;
  }
  let index = (product * p.rows + row) * p.columns + column;
  write(index, activateF(a));
  if (column + 1u < p.columns) {
    write(index + 1u, activateF(biased(row, column + 1u, second)));
  }
}
