// 8-bit planar YUV to R'G'B' in 0..1, turned upright: the plain matrix of Rec. ITU-T H.273, table 4, and a clamp, no
// change of primaries. Chroma is interpolated bilinearly from where H.264 puts it by default (left: on the even
// columns, between two rows), edges replicated; formats without subsampling read their own sample.
// Layout: bytes in u32 words, little end first -> [height, width, 3]; one invocation one shown pixel.
// Memory-bound: 1 + 2 * 4 byte reads (from cache) and three writes a pixel, about 30 registers.

struct Params {
  shown: vec2u,         // width, height after the turn
  stored: vec2u,
  luma: vec2u,          // offset, stride in bytes
  cb: vec2u,
  cr: vec2u,
  chroma_size: vec2u,
  subsampled: vec2u,    // 1 where a side has half the samples
  chroma_step: u32,     // bytes from one sample to the next: 2 when Cb and Cr alternate
  quarter_turns: u32,   // clockwise
  flip: u32,            // horizontally, after the turn
  kr: f32,
  kb: f32,
  luma_black: f32,      // in 0..255
  luma_scale: f32,
  chroma_scale: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> bytes: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<X>;

fn load(at: u32) -> f32 {
  return f32((bytes[at / 4u] >> (8u * (at % 4u))) & 0xffu);
}

// Where the shown pixel is stored.
fn source(shown: vec2u) -> vec2u {
  let x = select(shown.x, p.shown.x - 1u - shown.x, p.flip != 0u);
  switch p.quarter_turns {
    case 1u: { return vec2u(shown.y, p.stored.y - 1u - x); }
    case 2u: { return p.stored - 1u - vec2u(x, shown.y); }
    case 3u: { return vec2u(p.stored.x - 1u - shown.y, x); }
    default: { return vec2u(x, shown.y); }
  }
}

fn chroma(plane: vec2u, at: vec2i) -> f32 {
  let inside = vec2u(clamp(at, vec2i(0), vec2i(p.chroma_size) - 1));
  return load(plane.x + inside.y * plane.y + inside.x * p.chroma_step) - 128.0;
}

fn interpolated(plane: vec2u, at: vec2i, t: vec2f) -> f32 {
  let above = mix(chroma(plane, at), chroma(plane, at + vec2i(1, 0)), t.x);
  let below = mix(chroma(plane, at + vec2i(0, 1)), chroma(plane, at + vec2i(1, 1)), t.x);
  return mix(above, below, t.y);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.shown.x * p.shown.y) { return; }
  let at = source(vec2u(index % p.shown.x, index / p.shown.x));

  // Chroma coordinate in quarters of its samples: x / 2 and y / 2 - 1 / 4 where subsampled, else x and y.
  let quarters = select(4 * vec2i(at), 2 * vec2i(at) - vec2i(0, 1), p.subsampled == vec2u(1u));
  let sample = quarters >> vec2u(2u);
  let t = 0.25 * vec2f(quarters - 4 * sample);
  let cb = interpolated(p.cb, sample, t) * p.chroma_scale;
  let cr = interpolated(p.cr, sample, t) * p.chroma_scale;
  let y = (load(p.luma.x + at.y * p.luma.y + at.x) - p.luma_black) * p.luma_scale;

  let red = y + 2.0 * (1.0 - p.kr) * cr;
  let blue = y + 2.0 * (1.0 - p.kb) * cb;
  let green = (y - p.kr * red - p.kb * blue) / (1.0 - p.kr - p.kb);
  let rgb = clamp(vec3f(red, green, blue), vec3f(0.0), vec3f(1.0));
  out[3u * index] = X(rgb.r);
  out[3u * index + 1u] = X(rgb.g);
  out[3u * index + 2u] = X(rgb.b);
}
