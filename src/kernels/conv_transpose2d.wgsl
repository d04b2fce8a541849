// Depth to space with bias, the second half of a transposed convolution whose stride is its kernel k:
//   out[n, y * k + i, x * k + j, o] = product[n, y, x, i, j, o] + bias[o]
// Layout: NHWC; one invocation an output element. Memory-bound: reads 1 or 2 and writes 1 element; no workgroup memory.

struct Params {
  count: u32,
  width: u32, // of the input
  channels: u32, // of the output
  kernelHeight: u32,
  kernelWidth: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> product: array<X>;
@group(0) @binding(2) var<storage, read> bias: array<W>;
@group(0) @binding(3) var<storage, read_write> out: array<X>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.count) { return; }
  let channel = index % p.channels;
  let outX = index / p.channels % (p.width * p.kernelWidth);
  let outY = index / p.channels / (p.width * p.kernelWidth); // of all images, one above the other
  let pixel = (outY / p.kernelHeight) * p.width + outX / p.kernelWidth;
  let tap = (outY % p.kernelHeight) * p.kernelWidth + outX % p.kernelWidth;
  var value = f32(product[(pixel * p.kernelHeight * p.kernelWidth + tap) * p.channels + channel]);
  if (HAS_BIAS) { value += f32(bias[channel]); }
  out[index] = X(value);
}
