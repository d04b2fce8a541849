// The filter table of one side's resampling: row i = first source position (as a number), then TAPS weights that add
// up to 1, zero beyond the filter's support. Appended: trigonometry.wgsl. As Pillow's precompute_coeffs
// (libImaging/Resample.c): support * max(in / out, 1) around (i + 0.5) * in / out, cut off at the image's edges.
// One invocation a row; a table is a few KB, so its cost is that of a dispatch.

struct Params {
  input: u32,
  output: u32,
  taps: u32,
}

const BILINEAR = 0u;
const BICUBIC = 1u;
const LANCZOS = 2u;
const SUPPORT = array(1.0, 2.0, 3.0)[FILTER];

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> table: array<f32>;

fn sinc(x: f32) -> f32 {
  const PI = 3.14159265358979;
  return select(sine_cosine(0.5 * x).x / (PI * x), 1.0, x == 0.0);
}

fn filter_at(position: f32) -> f32 {
  let x = abs(position);
  if (x >= SUPPORT) { return 0.0; }
  if (FILTER == BILINEAR) { return 1.0 - x; }
  if (FILTER == LANCZOS) { return sinc(x) * sinc(x / 3.0); }
  const A = -0.5;
  if (x < 1.0) { return ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0; }
  return A * (((x - 5.0) * x + 8.0) * x - 4.0);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= p.output) { return; }
  let stretch = max(f32(p.input) / f32(p.output), 1.0);
  // Whole part and fraction apart: the fraction keeps its bits at large sizes.
  let numerator = (2u * i + 1u) * p.input;
  let whole = i32(numerator / (2u * p.output));
  let fraction = f32(numerator % (2u * p.output)) / f32(2u * p.output);
  let reach = SUPPORT * stretch;
  let first = max(whole + i32(floor(fraction - reach + 0.5)), 0);
  let last = min(whole + i32(floor(fraction + reach + 0.5)), i32(p.input));
  let row = i * (p.taps + 1u);
  table[row] = f32(first);
  var sum = 0.0;
  for (var tap = 0; tap < i32(p.taps); tap++) {
    var weight = 0.0;
    if (first + tap < last) { weight = filter_at((f32(first + tap - whole) - fraction + 0.5) / stretch); }
    table[row + 1u + u32(tap)] = weight;
    sum += weight;
  }
  for (var tap = 1u; tap <= p.taps; tap++) { table[row + tap] /= sum; }
}
