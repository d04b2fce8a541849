// Group norm, second of three: merges the channels of a group and the shares of its pixels into mean and 1/deviation.
// Two passes over the partial pairs (mean of means; squares plus counts times squared offsets): no cancellation.
// LANES invocations a statistic and group, which add up by sum_of_lanes: one on a CPU (sum_alone.wgsl), a workgroup of
// them on a GPU (sum_workgroup.wgsl), where one would wait for memory thousands of times.
// Reads 2·splits·channels/groups floats each, twice. Workgroup memory: none alone, else 256 bytes; about 20 registers.

struct Params {
  statistics: u32,
  groups: u32,
  splits: u32,
  channels: u32,
  pixels: u32,
  share: u32,
  eps: f32,
}

const WORKGROUP = 64u;

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> means: array<f32>;
@group(0) @binding(2) var<storage, read> squares: array<f32>;
@group(0) @binding(3) var<storage, read_write> moments: array<vec2f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * (WORKGROUP / LANES) + lane / LANES;
  let members = p.channels / p.groups;
  let own = min(index, p.statistics * p.groups - 1u);
  let first = own / p.groups * p.splits * p.channels + own % p.groups * members;
  let share_of_all = 1.0 / (f32(p.pixels) * f32(members));
  // Beyond the last group nothing is done, but barriers are reached.
  let end = select(p.splits * members, 0u, index >= p.statistics * p.groups);

  // Offsets from the first pair's mean keep the sum small where the mean is large.
  let origin = means[first];
  var offset = 0.0;
  for (var i = lane % LANES; i < end; i += LANES) {
    let split = i / members;
    let weight = f32(min(p.share, p.pixels - split * p.share)) * share_of_all;
    offset += weight * (means[first + split * p.channels + i % members] - origin);
  }
  let mean = origin + sum_of_lanes(offset, lane);
  var variance = 0.0;
  for (var i = lane % LANES; i < end; i += LANES) {
    let split = i / members;
    let at = first + split * p.channels + i % members;
    let off = means[at] - mean;
    variance += (squares[at] + f32(min(p.share, p.pixels - split * p.share)) * off * off) * share_of_all;
  }
  let whole = sum_of_lanes(variance, lane);
  if (lane % LANES == 0u && end > 0u) { moments[index] = vec2f(mean, inverseSqrt(whole + p.eps)); }
}
