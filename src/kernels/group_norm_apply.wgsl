// Group norm, last of three: out = (x - mean) · factor · weight + bias with the group's moments, then SiLU (y·sigmoid(y)) if SILU.
// One invocation takes PIXELS pixels of a channel (or of four: XV, WV, V, see width.ts), so that moments, weight and bias
// are loaded once for them. Memory-bound: a read and a write an element; no workgroup memory.

struct Params {
  rows: u32,
  channels: u32,
  pixels: u32,
  groups: u32,
  members: u32,
  blocks: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<XV>;
@group(0) @binding(2) var<storage, read> moments: array<vec2f>;
@group(0) @binding(3) var<storage, read> weight: array<WV>;
@group(0) @binding(4) var<storage, read> bias: array<WV>;
@group(0) @binding(5) var<storage, read_write> out: array<XV>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  let channel = index % p.channels;
  let block = index / p.channels % p.blocks;
  let statistic = index / (p.channels * p.blocks);
  if (statistic * p.pixels >= p.rows) { return; }

  let of_statistic = statistic * p.groups;
  var mean = V();
  var factor = V();
  for (var i = 0u; i < WIDTH; i++) {
    let moment = moments[of_statistic + (channel * WIDTH + i) / p.members];
    mean = with_lane(mean, i, moment.x);
    factor = with_lane(factor, i, moment.y);
  }
  factor *= V(weight[channel]);
  let shift = V(bias[channel]);

  let first = block * PIXELS;
  let end = (statistic * p.pixels + min(first + PIXELS, p.pixels)) * p.channels;
  for (var at = (statistic * p.pixels + first) * p.channels + channel; at < end; at += p.channels) {
    var y = (V(x[at]) - mean) * factor + shift;
    if (SILU) { y /= 1.0 + exp(-y); }
    out[at] = XV(y);
  }
}
