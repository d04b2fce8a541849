// The guided filter's local linear model (He, Sun, Tang 2010, eq. 5 and 6): over the square window round a pixel, the
// slope a = cov(luma, x) / (var(luma) + epsilon) and offset b = mean(x) - a * mean(luma) that make x of the guide's luma.
// Appended: luma.wgsl. Layout: x [N, h, w, CHANNELS], guide [N, h, w, CHANNELS_GUIDE] -> [N, h, w, 2 * CHANNELS], the slopes
// first. One invocation one pixel, up to four channels in a vector; (2 * radius + 1)^2 windows of neighbours lie in cache.
// About 12 flops a channel and tap; moments are taken against the middle pixel, so that f32 keeps the small variances.

struct Params {
  pixels: u32,
  size: vec2u,      // width, height
  radius: u32,
  epsilon: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<X>;
@group(0) @binding(2) var<storage, read> guide: array<G>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

fn load(pixel: u32) -> vec4f {
  var value = vec4f(0.0);
  for (var c = 0u; c < CHANNELS; c++) { value[c] = f32(x[pixel * CHANNELS + c]); }
  return value;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.pixels) { return; }
  let at = vec2i(vec2u(index % p.size.x, index / p.size.x % p.size.y));
  let image = index / (p.size.x * p.size.y) * p.size.y;
  let radius = i32(p.radius);
  let luma_here = luma_at(index);
  let x_here = load(index);
  var luma_sum = 0.0;
  var luma_squares = 0.0;
  var x_sum = vec4f(0.0);
  var products = vec4f(0.0);
  for (var dy = -radius; dy <= radius; dy++) {
    for (var dx = -radius; dx <= radius; dx++) {
      let inside = vec2u(clamp(at + vec2i(dx, dy), vec2i(0), vec2i(p.size) - 1));
      let pixel = (image + inside.y) * p.size.x + inside.x;
      let luma = luma_at(pixel) - luma_here;
      let value = load(pixel) - x_here;
      luma_sum += luma;
      luma_squares += luma * luma;
      x_sum += value;
      products += luma * value;
    }
  }
  let count = f32((2u * p.radius + 1u) * (2u * p.radius + 1u));
  let luma_mean = luma_sum / count;
  let x_mean = x_sum / count;
  let slope = (products / count - luma_mean * x_mean) / (luma_squares / count - luma_mean * luma_mean + p.epsilon);
  let offset = x_here + x_mean - slope * (luma_here + luma_mean);
  for (var c = 0u; c < CHANNELS; c++) {
    out[index * 2u * CHANNELS + c] = slope[c];
    out[index * 2u * CHANNELS + CHANNELS + c] = offset[c];
  }
}
