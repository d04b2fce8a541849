// Resize by interpolation between neighbours, without antialiasing: nearest, bilinear, bicubic (a = -0.75), as torch's
// V.interpolate. Layout NHWC; one invocation one output pixel of one channel vector XV (four channels, or one).
// A side's source coordinate is (MUL * i + ADD) / DEN in whole numbers, so that its fraction is exact at every size;
// neighbours outside the image are its edge. Memory-bound: 1, 4 or 16 reads an output (mostly from cache), no
// workgroup memory, about 24 registers. Bicubic kernel: Keys 1981.

struct Params {
  vectors: u32,       // output size in XV
  channels: u32,      // channels in XV
  input: vec2u,       // width, height
  output: vec2u,
  multiply: vec2i,
  add: vec2i,
  divide: vec2i,
}

const NEAREST = 0u;
const BILINEAR = 1u;

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<XV>;
@group(0) @binding(2) var<storage, read_write> out: array<XV>;

fn load(image: u32, at: vec2i, channel: u32) -> V {
  let inside = vec2u(clamp(at, vec2i(0), vec2i(p.input) - 1));
  return V(x[((image * p.input.y + inside.y) * p.input.x + inside.x) * p.channels + channel]);
}

fn cubic(t: f32) -> vec4f {
  const A = -0.75;
  let near = vec2f(t, 1.0 - t);
  let far = near + 1.0;
  let inner = ((A + 2.0) * near - (A + 3.0)) * near * near + 1.0;
  let outer = ((A * far - 5.0 * A) * far + 8.0 * A) * far - 4.0 * A;
  return vec4f(outer.x, inner.x, inner.y, outer.y);
}

fn row(image: u32, at: vec2i, weights: vec4f, channel: u32) -> V {
  return weights.x * load(image, at + vec2i(-1, 0), channel) + weights.y * load(image, at, channel)
    + weights.z * load(image, at + vec2i(1, 0), channel) + weights.w * load(image, at + vec2i(2, 0), channel);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.vectors) { return; }
  let channel = index % p.channels;
  let pixel = index / p.channels;
  let line = pixel / p.output.x;
  let image = line / p.output.y;
  let numerator = p.multiply * vec2i(vec2u(pixel % p.output.x, line % p.output.y)) + p.add;
  // Never below -divide, so that truncation of the shifted quotient is its floor.
  let at = (numerator + p.divide) / p.divide - 1;
  let t = vec2f(numerator - at * p.divide) / vec2f(p.divide);
  if (MODE == NEAREST) {
    out[index] = XV(load(image, at, channel));
  } else if (MODE == BILINEAR) {
    let top = mix(load(image, at, channel), load(image, at + vec2i(1, 0), channel), t.x);
    let bottom = mix(load(image, at + vec2i(0, 1), channel), load(image, at + vec2i(1, 1), channel), t.x);
    out[index] = XV(mix(top, bottom, t.y));
  } else {
    let across = cubic(t.x);
    let down = cubic(t.y);
    out[index] = XV(down.x * row(image, at + vec2i(0, -1), across, channel) + down.y * row(image, at, across, channel)
      + down.z * row(image, at + vec2i(0, 1), across, channel) + down.w * row(image, at + vec2i(0, 2), across, channel));
  }
}
