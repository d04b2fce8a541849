// Group norm, mean and 1/deviation of every group in one dispatch, for groups of a few thousand elements: a workgroup
// takes a group of a statistic, and its invocations add up by sum_of_lanes (sum_workgroup.wgsl).
// A statistic covers `pixels` consecutive NHWC rows; `channels`, `members` (of a group) count XV. Two passes (mean, summed
// as offsets from the first element; squares about it): nothing cancels. XV, V, total, first_lane: see width.ts.
// Memory-bound: elements are read twice, once of it from a cache. Workgroup memory: WORKGROUP f32; about 20 registers.

struct Params {
  statistics: u32,
  groups: u32,
  channels: u32,
  pixels: u32,
  eps: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<XV>;
@group(0) @binding(2) var<storage, read_write> moments: array<vec2f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup.x + workgroup.y * workgroups.x;
  if (index >= p.statistics * p.groups) { return; }
  let members = p.channels / p.groups;
  let vectors = p.pixels * members;
  let count = f32(p.pixels) * f32(members * WIDTH);
  let first = index / p.groups * p.pixels * p.channels + index % p.groups * members;

  let origin = first_lane(V(x[first]));
  var sums = V();
  for (var i = lane; i < vectors; i += WORKGROUP) {
    sums += V(x[first + i / members * p.channels + i % members]) - origin;
  }
  let mean = origin + sum_of_lanes(total(sums), lane) / count;
  var squares = V();
  for (var i = lane; i < vectors; i += WORKGROUP) {
    let off = V(x[first + i / members * p.channels + i % members]) - mean;
    squares += off * off;
  }
  let variance = sum_of_lanes(total(squares), lane) / count;
  if (lane == 0u) { moments[index] = vec2f(mean, inverseSqrt(variance + p.eps)); }
}
