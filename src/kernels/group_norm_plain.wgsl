// Group norm in one go, the textbook's: an invocation takes a group of a statistic, and reads it for the mean, for the
// variance, and for the result. Every size; nothing is shared, and there are no more invocations than groups.
// Memory-bound: elements are read three times and written once; no workgroup memory, about 16 registers a thread.

struct Params {
  statistics: u32,
  groups: u32,
  channels: u32,
  pixels: u32,
  eps: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<X>;
@group(0) @binding(2) var<storage, read> weight: array<W>;
@group(0) @binding(3) var<storage, read> bias: array<W>;
@group(0) @binding(4) var<storage, read_write> out: array<X>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (workgroup.x + workgroup.y * workgroups.x) * 64u + lane;
  if (index >= p.statistics * p.groups) { return; }
  let members = p.channels / p.groups;
  let count = f32(p.pixels) * f32(members);
  let group = index % p.groups;
  let first = index / p.groups * p.pixels * p.channels + group * members;

  // Offsets from the first element keep the sum small where the mean is large.
  let origin = f32(x[first]);
  var sum = 0.0;
  for (var pixel = 0u; pixel < p.pixels; pixel++) {
    for (var c = 0u; c < members; c++) { sum += f32(x[first + pixel * p.channels + c]) - origin; }
  }
  let mean = origin + sum / count;
  var squares = 0.0;
  for (var pixel = 0u; pixel < p.pixels; pixel++) {
    for (var c = 0u; c < members; c++) {
      let off = f32(x[first + pixel * p.channels + c]) - mean;
      squares += off * off;
    }
  }
  let factor = inverseSqrt(squares / count + p.eps);
  for (var pixel = 0u; pixel < p.pixels; pixel++) {
    for (var c = 0u; c < members; c++) {
      let at = first + pixel * p.channels + c;
      let channel = group * members + c;
      var y = (f32(x[at]) - mean) * factor * f32(weight[channel]) + f32(bias[channel]);
      if (SILU) { y /= 1.0 + exp(-y); }
      out[at] = X(y);
    }
  }
}
