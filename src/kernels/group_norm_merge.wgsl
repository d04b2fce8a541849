// Group norm, second of three: merges the channels of a group and the shares of its pixels into mean and 1/deviation.
// Two passes over the partial pairs (mean of means; squares plus counts times squared offsets): no cancellation.
// One invocation a statistic and group. Reads 2·splits·channels/groups floats each; no workgroup memory.

struct Params {
  statistics: u32,
  groups: u32,
  splits: u32,
  channels: u32,
  pixels: u32,
  share: u32,
  eps: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> means: array<f32>;
@group(0) @binding(2) var<storage, read> squares: array<f32>;
@group(0) @binding(3) var<storage, read_write> moments: array<vec2f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64u + lane;
  if (index >= p.statistics * p.groups) { return; }
  let members = p.channels / p.groups;
  let first = index / p.groups * p.splits * p.channels + index % p.groups * members;
  let share_of_all = 1.0 / (f32(p.pixels) * f32(members));

  // Offsets from the first pair's mean keep the sum small where the mean is large.
  let origin = means[first];
  var offset = 0.0;
  for (var split = 0u; split < p.splits; split++) {
    let weight = f32(min(p.share, p.pixels - split * p.share)) * share_of_all;
    for (var c = 0u; c < members; c++) { offset += weight * (means[first + split * p.channels + c] - origin); }
  }
  let mean = origin + offset;
  var variance = 0.0;
  for (var split = 0u; split < p.splits; split++) {
    let count = f32(min(p.share, p.pixels - split * p.share));
    for (var c = 0u; c < members; c++) {
      let at = first + split * p.channels + c;
      let off = means[at] - mean;
      variance += (squares[at] + count * off * off) * share_of_all;
    }
  }
  moments[index] = vec2f(mean, inverseSqrt(variance + p.eps));
}
