// Group norm, first of three: the mean and the sum of squares about it of every channel, over a share of the pixels.
// A statistic covers `pixels` consecutive NHWC rows (one frame or several), cut into `splits` shares for parallelism.
// Four pixels at a time are reduced exactly and merged into the running pair (Chan, Golub, LeVeque 1983), so nothing
// cancels whatever the mean is. XV, V: see width.ts. One invocation a share of a channel (or of four).
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
  var at = (statistic * p.pixels + first) * p.channels + channel;

  var mean = V();
  var square = V();
  var done = 0u;
  for (; done + 4u <= count; done += 4u) {
    let a = V(x[at]);
    let b = V(x[at + p.channels]);
    let c = V(x[at + 2u * p.channels]);
    let d = V(x[at + 3u * p.channels]);
    at += 4u * p.channels;
    let here = (a + b) * 0.25 + (c + d) * 0.25;
    let share = 4.0 / f32(done + 4u);
    let step = here - mean;
    mean += step * share;
    square += (a - here) * (a - here) + (b - here) * (b - here) + (c - here) * (c - here) + (d - here) * (d - here)
      + step * step * (f32(done) * share);
  }
  for (; done < count; done++) {
    let step = V(x[at]) - mean;
    at += p.channels;
    mean += step / f32(done + 1u);
    square += step * step * (f32(done) / f32(done + 1u));
  }
  means[index] = mean;
  squares[index] = square;
}
