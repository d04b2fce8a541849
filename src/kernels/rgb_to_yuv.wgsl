// R'G'B' in 0..1 to 8-bit I420 (Rec. ITU-T H.273, table 4; rounded to nearest): the inverse of yuv_to_rgb.
// Chroma is sampled where H.264 puts it by default (left): 1-2-1 across around the even column, the mean of two rows.
// Layout: [images, height, width, 3] -> an image's Y, Cb and Cr planes without padding, image after image, as bytes in
// u32 words, little end first; one invocation one word. Memory-bound: 3 reads a luma byte, 18 a chroma byte (cached).

struct Params {
  words: u32,
  total: u32,           // bytes of all images
  size: vec2u,          // width, height
  chroma_size: vec2u,
  kr: f32,
  kb: f32,
  luma_black: f32,      // in 0..255
  luma_scale: f32,
  chroma_scale: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rgb: array<X>;
@group(0) @binding(2) var<storage, read_write> bytes: array<u32>;

fn load(image: u32, at: vec2i) -> vec3f {
  let inside = vec2u(clamp(at, vec2i(0), vec2i(p.size) - 1));
  let i = 3u * ((image * p.size.y + inside.y) * p.size.x + inside.x);
  return clamp(vec3f(f32(rgb[i]), f32(rgb[i + 1u]), f32(rgb[i + 2u])), vec3f(0.0), vec3f(1.0));
}

fn row(image: u32, at: vec2i) -> vec3f {
  return 0.25 * load(image, at - vec2i(1, 0)) + 0.5 * load(image, at) + 0.25 * load(image, at + vec2i(1, 0));
}

fn luma(color: vec3f) -> f32 {
  return dot(color, vec3f(p.kr, 1.0 - p.kr - p.kb, p.kb));
}

fn byte(index: u32) -> u32 {
  let luma_bytes = p.size.x * p.size.y;
  let chroma_bytes = p.chroma_size.x * p.chroma_size.y;
  let image = index / (luma_bytes + 2u * chroma_bytes);
  let i = index % (luma_bytes + 2u * chroma_bytes);
  var level: f32;
  if (i < luma_bytes) {
    level = p.luma_black + p.luma_scale * luma(load(image, vec2i(vec2u(i % p.size.x, i / p.size.x))));
  } else {
    let sample = (i - luma_bytes) % chroma_bytes;
    let at = 2 * vec2i(vec2u(sample % p.chroma_size.x, sample / p.chroma_size.x));
    let color = 0.5 * (row(image, at) + row(image, at + vec2i(0, 1)));
    let is_red = i - luma_bytes >= chroma_bytes;
    let difference = select(color.b, color.r, is_red) - luma(color);
    level = 128.0 + p.chroma_scale * difference / (2.0 - 2.0 * select(p.kb, p.kr, is_red));
  }
  return u32(clamp(level + 0.5, 0.0, 255.0));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.words) { return; }
  var word = 0u;
  for (var i = 0u; i < min(4u, p.total - 4u * index); i++) { word |= byte(4u * index + i) << (8u * i); }
  bytes[index] = word;
}
