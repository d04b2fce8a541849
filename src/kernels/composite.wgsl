// Compositing by a mask: out = bottom + mask * (top - bottom), one mask number a pixel. With IN_PLACE the output is
// itself the top. Where the mask is 0 the bottom comes out bit for bit, where it is 1 the top.
// Layout NHWC, the mask [N, H, W, 1]; one invocation one element. Memory-bound: two reads and a share of a third, one
// write an element; no workgroup memory.

struct Params {
  count: u32,
  channels: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> mask: array<M>;
@group(0) @binding(2) var<storage, read> bottom: array<B>;
@group(0) @binding(3) var<storage, read> top: array<T>;
@group(0) @binding(4) var<storage, read_write> out: array<X>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.count) { return; }
  let share = f32(mask[index / p.channels]);
  var over: f32;
  if (IN_PLACE) { over = f32(out[index]); } else { over = f32(top[index]); }
  out[index] = X((1.0 - share) * f32(bottom[index]) + share * over);
}
