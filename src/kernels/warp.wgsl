// Backward warp: out(at) = x(at + flow(at)), bilinear, edges replicated.
// Layout: x [N, H, W, C], flow [N, H, W, 2] in pixels (right, down); one invocation one pixel of one channel vector XV.
// Memory-bound: four reads (from cache) and one write an output.

struct Params {
  vectors: u32,
  channels: u32,   // in XV
  size: vec2u,     // width, height
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<XV>;
@group(0) @binding(2) var<storage, read> flow: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> out: array<XV>;

fn load(image: u32, at: vec2i, channel: u32) -> V {
  let inside = vec2u(clamp(at, vec2i(0), vec2i(p.size) - 1));
  return V(x[((image * p.size.y + inside.y) * p.size.x + inside.x) * p.channels + channel]);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.vectors) { return; }
  let channel = index % p.channels;
  let pixel = index / p.channels;
  let image = pixel / (p.size.x * p.size.y);
  let at = vec2f(vec2u(pixel % p.size.x, pixel / p.size.x % p.size.y));
  let position = clamp(at + flow[pixel], vec2f(0.0), vec2f(p.size) - 1.0);
  let corner = vec2i(floor(position));
  let t = position - vec2f(corner);
  let above = mix(load(image, corner, channel), load(image, corner + vec2i(1, 0), channel), t.x);
  let below = mix(load(image, corner + vec2i(0, 1), channel), load(image, corner + vec2i(1, 1), channel), t.x);
  out[index] = XV(mix(above, below, t.y));
}
