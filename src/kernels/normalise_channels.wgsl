// out = (x - mean[c]) / std[c] of a window of an image, one to four channels.
// Layout NHWC; one invocation one element. Memory-bound: one read and one write an element.

struct Params {
  count: u32,       // of the output
  channels: u32,
  input: vec2u,     // width, height
  output: vec2u,
  origin: vec2u,    // of the window in the input: left, top
  mean: vec4f,
  deviation: vec4f,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<X>;
@group(0) @binding(2) var<storage, read_write> out: array<Y>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.count) { return; }
  let channel = index % p.channels;
  let pixel = index / p.channels;
  let at = p.origin + vec2u(pixel % p.output.x, pixel / p.output.x % p.output.y);
  let image = pixel / (p.output.x * p.output.y);
  let value = f32(x[((image * p.input.y + at.y) * p.input.x + at.x) * p.channels + channel]);
  out[index] = Y((value - p.mean[channel]) / p.deviation[channel]);
}
