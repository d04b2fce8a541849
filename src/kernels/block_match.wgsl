// One level of coarse-to-fine block matching: for every pixel of `to` the displacement to where the square of
// 2 * window + 1 pixels round it is found in `from`, by the sum of squared differences over all channels.
// Candidates: the coarser level's flow of the pixel and its four neighbours there, doubled (without HAS_GUESS: none,
// thus no motion), the best of them, then its surroundings up to REACH pixels. A displacement costs PULL times its squared
// distance from the first candidate, which settles flat areas. SUBPIXEL: the parabola through the costs on either side of the best.
// All displacements go through one loop with one call, and the window's side is a parameter: compilers inline and unroll,
// and a copy of the window for each would take minutes.
// Layout: images [N, H, W, CHANNELS], guess [N, h, w, 2], flow [N, H, W, 2] (right, down); edges replicated; one
// invocation one pixel. Work: (5 + (2 * REACH + 1)^2 + 4) windows of CHANNELS * (2 * window + 1)^2 differences, from cache.

struct Params {
  pixels: u32,
  size: vec2u,      // width, height
  guess_size: vec2u,
  window: i32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> to: array<X>;
@group(0) @binding(2) var<storage, read> from_image: array<X>;
@group(0) @binding(3) var<storage, read> guess: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> flow: array<vec2f>;

fn offset(image: u32, at: vec2i) -> u32 {
  let inside = vec2u(clamp(at, vec2i(0), vec2i(p.size) - 1));
  return ((image * p.size.y + inside.y) * p.size.x + inside.x) * CHANNELS;
}

fn difference(image: u32, at: vec2i, by: vec2i) -> f32 {
  let side = p.window;
  var sum = 0.0;
  for (var dy = -side; dy <= side; dy++) {
    for (var dx = -side; dx <= side; dx++) {
      let here = offset(image, at + vec2i(dx, dy));
      let there = offset(image, at + by + vec2i(dx, dy));
      for (var c = 0u; c < CHANNELS; c++) {
        let d = f32(to[here + c]) - f32(from_image[there + c]);
        sum += d * d;
      }
    }
  }
  return sum;
}

fn guessed(image: u32, at: vec2i) -> vec2i {
  let inside = vec2u(clamp(at, vec2i(0), vec2i(p.guess_size) - 1));
  return vec2i(floor(2.0 * guess[(image * p.guess_size.y + inside.y) * p.guess_size.x + inside.x] + 0.5));
}

// Where the parabola through the costs at -1, 0 and 1 is lowest, within half a pixel.
fn lowest(before: f32, here: f32, after: f32) -> f32 {
  let bend = before - 2.0 * here + after;
  return select(0.0, clamp(0.5 * (before - after) / bend, -0.5, 0.5), bend > 0.0);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.pixels) { return; }
  let at = vec2i(vec2u(index % p.size.x, index / p.size.x % p.size.y));
  let image = index / (p.size.x * p.size.y);
  const AROUND = array(vec2i(0), vec2i(-1, 0), vec2i(1, 0), vec2i(0, -1), vec2i(0, 1));
  const GUESSES = select(1u, 5u, HAS_GUESS);
  const SIDE = 2u * REACH + 1u;
  const SEARCHED = GUESSES + SIDE * SIDE;
  const ALL = SEARCHED + select(0u, 4u, SUBPIXEL);
  var first = vec2i(0);
  if (HAS_GUESS) { first = guessed(image, at / 2); }
  var best = first;
  var least = 1e30;       // the cost of the best
  var least_plain = 0.0;  // without the pull
  var center = first;
  var beside = vec4f(0.0);
  for (var i = 0u; i < ALL; i++) {
    var by = best;
    if (i < GUESSES) {
      by = first;
      if (HAS_GUESS) { by = guessed(image, at / 2 + AROUND[i]); }
    } else if (i < SEARCHED) {
      if (i == GUESSES) { center = best; }
      let step = i - GUESSES;
      by = center + vec2i(vec2u(step % SIDE, step / SIDE)) - i32(REACH);
    } else {
      by = best + AROUND[i - SEARCHED + 1u];
    }
    let plain = difference(image, at, by);
    if (i >= SEARCHED) {
      beside[i - SEARCHED] = plain;
      continue;
    }
    let away = vec2f(by - first);
    let price = plain + PULL * dot(away, away);
    if (price < least) {
      best = by;
      least = price;
      least_plain = plain;
    }
  }
  var result = vec2f(best);
  if (SUBPIXEL) {
    result.x += lowest(beside.x, least_plain, beside.y);
    result.y += lowest(beside.z, least_plain, beside.w);
  }
  flow[index] = result;
}
