// Counter-based noise: Philox4x32-10 (Salmon et al. 2011, section 3.3), shaped by Box-Muller. Twin of
// src/sampler/noise.ts, whose header is the contract. Appended: trigonometry.wgsl.
// Layout [frames, elements of a frame]; one invocation one block of four elements of one frame. With RAW it writes
// Philox's words instead. Compute-bound: about 130 integer operations and 60 flops a block, no memory read.

struct Params {
  frames: u32,
  elements: u32,   // of a frame
  blocks: u32,     // of a frame: elements / 4, rounded up
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> key: vec4u;   // seed low, seed high, first frame, stream
@group(0) @binding(2) var<storage, read_write> out: array<X>;

// Upper and lower half of a * b, from 16-bit halves: WGSL has no 64-bit product.
fn multiply(a: u32, b: u32) -> vec2u {
  let middle = (a >> 16u) * (b & 0xffffu) + (((a & 0xffffu) * (b & 0xffffu)) >> 16u);
  let carry = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return vec2u((a >> 16u) * (b >> 16u) + (middle >> 16u) + (carry >> 16u), a * b);
}

fn philox4x32(counter: vec4u, seed: vec2u) -> vec4u {
  var c = counter;
  var k = seed;
  for (var round = 0; round < 10; round++) {
    let a = multiply(0xd2511f53u, c.x);
    let b = multiply(0xcd9e8d57u, c.z);
    c = vec4u(b.x ^ c.y ^ k.x, b.y, a.x ^ c.w ^ k.y, a.y);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

// -ln(n * 2^-24) for n in 1..2^24: exponent and mantissa in [sqrt(1/2), sqrt(2)), then the polynomial of Cephes' logf.
// Exact in relative terms near n = 2^24, where WGSL's own log is not.
fn minus_log(n: u32) -> f32 {
  let bits = bitcast<u32>(f32(n)) - 0x3f3504f3u;
  let exponent = f32(i32(bits) >> 23u) - 24.0;
  let f = bitcast<f32>((bits & 0x007fffffu) + 0x3f3504f3u) - 1.0;
  let z = f * f;
  var y = 7.0376836292e-2;
  y = y * f - 1.1514610310e-1;
  y = y * f + 1.1676998740e-1;
  y = y * f - 1.2420140846e-1;
  y = y * f + 1.4249322787e-1;
  y = y * f - 1.6668057665e-1;
  y = y * f + 2.0000714765e-1;
  y = y * f - 2.4999993993e-1;
  y = y * f + 3.3333331174e-1;
  return -(f + (z * (f * y - 0.5) + 0.693147180559945 * exponent));
}

fn box_muller(radius: u32, angle: u32) -> vec2f {
  let turned = sine_cosine(f32(angle >> 8u) * 0x1p-24);
  return sqrt(2.0 * minus_log((radius >> 8u) + 1u)) * turned.yx;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.frames * p.blocks) { return; }
  let frame = index / p.blocks;
  let block = index % p.blocks;
  let words = philox4x32(vec4u(block, key.z + frame, key.w, 0u), key.xy);
  let normal = vec4f(box_muller(words.x, words.y), box_muller(words.z, words.w));
  for (var i = 0u; i < min(4u, p.elements - 4u * block); i++) {
    let at = frame * p.elements + 4u * block + i;
    if (RAW) { out[at] = X(words[i]); } else { out[at] = X(normal[i]); }
  }
}
