// Group norm, first of three: the mean and the sum of squares about it of every channel, over a share of the pixels.
// A statistic covers `pixels` consecutive NHWC rows (one frame or several), cut into `splits` shares for parallelism.
// One invocation a share of a channel, or of four (XV, V: see width.ts), by moments.wgsl.
// Memory-bound: each element is read once; no workgroup memory, about 24 registers a thread.

struct Params {
  statistics: u32,
  splits: u32,
  channels: u32,
  pixels: u32,
  share: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<XV>;
@group(0) @binding(2) var<storage, read_write> means: array<V>;
@group(0) @binding(3) var<storage, read_write> squares: array<V>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.statistics * p.splits * p.channels) { return; }
  let channel = index % p.channels;
  let split = index / p.channels % p.splits;
  let statistic = index / (p.channels * p.splits);
  let first = split * p.share;
  let count = min(p.share, p.pixels - first);
  let own = moments_of((statistic * p.pixels + first) * p.channels + channel, p.channels, count);
  means[index] = own.mean;
  squares[index] = own.squares;
}
