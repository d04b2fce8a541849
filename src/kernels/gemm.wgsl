// What every product kernel shares (gemm_plain, gemm_register, gemm_tile, gemm_subgroup are the loops): bindings,
// the map from an output row and a kernel tap to an input pixel, the slices of a split sum, and what becomes of the sums
// (epilogue.wgsl).
//   out[row, column] = activation(sum over taps and channels of x[pixel(row, tap), channel] * weight[tap, channel, column]
//                      + bias[column] + rowBias[row / rowsPerBias, column]) + residual[row, column] + residual2[row, column]
// Layout: x [pixels, channels] (NHWC), weight [taps, channels, columns] (HWIO), out [rows, columns], rows = images * outHeight
// * outWidth: frames are folded into the rows. A linear layer has one tap and pixel(row) = row (constant POINTWISE).
// A batch of products (Winograd's sixteen) has x, weight and out of its own for each, one after the other. A sum may be
// split in SLICES, each with an output of its own that gemm_reduce adds up. workgroup_id.z = product * SLICES + slice.
// Padding is made of zeros, as in torch: under an infinite weight it gives NaN.
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
  sliceSteps: u32, // of the sum: channels of all taps that a slice takes
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

// Which of the batch, and which block of `out`: set by `enter`, which every entry point calls first.
var<private> product: u32;
var<private> block: u32;

/// Steps of the sum, one for each XK under each tap: `first` to before `end`.
struct Steps {
  first: u32,
  end: u32,
}

/// Takes up the product and the slice that `workgroup_id.z` numbers. Returns the slice's steps.
fn enter(z: u32) -> Steps {
  product = z / SLICES;
  block = z;
  let all = p.kernelHeight * p.kernelWidth * p.channels;
  let first = min((z % SLICES) * p.sliceSteps, all);
  return Steps(first, min(first + p.sliceSteps, all));
}

/// Channels `first` to before `end` under one tap.
struct Span {
  ky: u32,
  kx: u32,
  first: u32,
  end: u32,
}

/// The steps from `step` to the end of its tap or of the slice.
fn spanFrom(step: u32, end: u32) -> Span {
  let tap = step / p.channels;
  let first = step - tap * p.channels;
  return Span(tap / p.kernelWidth, tap % p.kernelWidth, first, min(p.channels, first + end - step));
}

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

/// Four channels of a pixel (one, in every component, where XK is a scalar), zero in the padding.
fn load(base: u32, channel: u32) -> vec4f {
  if (POINTWISE) { return widen(x[base + channel]); } // the test would cost a CPU a fifth more
  return select(widen(x[base + channel]), vec4f(0.0), base == OUTSIDE);
}

/// Index in `weight` of the row that a step of the sum begins with.
fn weightRow(step: u32) -> u32 {
  let all = p.kernelHeight * p.kernelWidth * p.channels;
  return (product * all + step) * select(1u, 4u, VECTOR_K) * p.columns;
}

/// Finishes the sum of one row at `column`; whatever lies beyond the matrix is dropped.
fn store(row: u32, column: u32, sum: F) {
  if (row >= p.rows || column >= p.columns) { return; }
  write((block * p.rows + row) * p.columns + column, activateF(biased(row, column, sum)));
}

/// Finishes the sums of one row at `column` and `column + 1`, of which GEGLU makes one.
fn storePair(row: u32, column: u32, first: F, second: F) {
  if (!GEGLU) {
    store(row, column, first);
    store(row, column + 1u, second);
    return;
  }
  if (row >= p.rows || column >= p.columns) { return; }
  let values = geglu(biased(row, column, first), biased(row, column + 1u, second));
  write(((block * p.rows + row) * p.columns + column) / 2u, values);
}
