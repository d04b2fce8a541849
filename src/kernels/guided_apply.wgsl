// The guided filter's output at another size (He, Sun 2015): out = a * luma + b, with slopes and offsets that are
// interpolated bilinearly from the small size and the luma of the guide at the full size. Appended: luma.wgsl.
// Layout: coefficients [N, h, w, 2 * CHANNELS], guide [N, H, W, CHANNELS_GUIDE] -> [N, H, W, CHANNELS].
// One invocation one output pixel. Memory-bound: eight reads a channel (from cache), one write.

struct Params {
  pixels: u32,      // of the output
  small: vec2u,     // width, height
  full: vec2u,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> coefficients: array<f32>;
@group(0) @binding(2) var<storage, read> guide: array<G>;
@group(0) @binding(3) var<storage, read_write> out: array<X>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.pixels) { return; }
  let to = vec2u(index % p.full.x, index / p.full.x % p.full.y);
  let image = index / (p.full.x * p.full.y) * p.small.y;
  let position = (vec2f(to) + 0.5) * vec2f(p.small) / vec2f(p.full) - 0.5;
  let corner = vec2i(floor(position));
  let t = position - vec2f(corner);
  let low = vec2u(clamp(corner, vec2i(0), vec2i(p.small) - 1));
  let high = vec2u(clamp(corner + 1, vec2i(0), vec2i(p.small) - 1));
  let above = 2u * CHANNELS * ((image + low.y) * p.small.x + vec2u(low.x, high.x));
  let below = 2u * CHANNELS * ((image + high.y) * p.small.x + vec2u(low.x, high.x));
  let luma = luma_at(index);
  for (var c = 0u; c < CHANNELS; c++) {
    let b = c + CHANNELS;
    let slope = mix(
      mix(coefficients[above.x + c], coefficients[above.y + c], t.x),
      mix(coefficients[below.x + c], coefficients[below.y + c], t.x), t.y);
    let offset = mix(
      mix(coefficients[above.x + b], coefficients[above.y + b], t.x),
      mix(coefficients[below.x + b], coefficients[below.y + b], t.x), t.y);
    out[index * CHANNELS + c] = X(slope * luma + offset);
  }
}
