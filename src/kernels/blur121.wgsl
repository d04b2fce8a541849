// Binomial blur 1-2-1 along both sides, edges replicated: the separable kernel's nine products in one pass.
// Layout NHWC; one invocation one pixel of one channel vector XV. Memory-bound: nine reads (eight of them from cache)
// and one write an output, no workgroup memory, about 20 registers.

struct Params {
  vectors: u32,
  channels: u32,   // in XV
  size: vec2u,     // width, height
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<XV>;
@group(0) @binding(2) var<storage, read_write> out: array<XV>;

fn load(image: u32, at: vec2i, channel: u32) -> V {
  let inside = vec2u(clamp(at, vec2i(0), vec2i(p.size) - 1));
  return V(x[((image * p.size.y + inside.y) * p.size.x + inside.x) * p.channels + channel]);
}

fn row(image: u32, at: vec2i, channel: u32) -> V {
  return load(image, at - vec2i(1, 0), channel) + 2.0 * load(image, at, channel) + load(image, at + vec2i(1, 0), channel);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.vectors) { return; }
  let channel = index % p.channels;
  let pixel = index / p.channels;
  let at = vec2i(vec2u(pixel % p.size.x, pixel / p.size.x % p.size.y));
  let image = pixel / (p.size.x * p.size.y);
  let above = row(image, at - vec2i(0, 1), channel);
  let below = row(image, at + vec2i(0, 1), channel);
  out[index] = XV((above + 2.0 * row(image, at, channel) + below) / 16.0);
}
