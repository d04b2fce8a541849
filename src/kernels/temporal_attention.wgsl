// Attention over the FRAMES frames of every pixel: out_i = Σ_j softmax_j(scale · q_i · k_j) v_j per pixel and head.
// Layout: qkv [clips·FRAMES·pixels, 3·heads·HEAD] X4, queries, keys and values side by side, rows by clip, frame, pixel;
// out [clips·FRAMES·pixels, heads·HEAD] X4. Frames are `pixels` rows apart: nothing is moved.
// One invocation owns ROWS query frames of a pixel and head. All FRAMES scores of a row fit registers, so the softmax is
// the textbook's, no sum is ever rescaled, and the head's vectors are walked one at a time: its size costs no register.
// The invocations of a pixel's frames are neighbours, and so are its heads: each 16 bytes of keys and values are asked
// for by all of them at once, and a frame's channels by consecutive invocations. Unrolled (unroll.ts): r rows, k frames.
// No workgroup memory, no barrier; about ROWS·FRAMES + 4·ROWS + 20 registers a thread. Every element of memory is read
// once or written once, the least there is: 8/FRAMES bytes a multiply-add in f32. The first cache gives 4/ROWS bytes.

struct Params {
  sequences: u32,
  pixels: u32,
  heads: u32,
  scale: f32, // with a factor log2(e): weights are exp2
}

const BLOCKS = (FRAMES + ROWS - 1u) / ROWS;

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> qkv: array<X4>;
@group(0) @binding(2) var<storage, read_write> out: array<X4>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let sequence = index / BLOCKS;
  if (sequence >= p.sequences) { return; }
  let head = sequence % p.heads;
  let pixel = sequence / p.heads % p.pixels;
  let clip = sequence / (p.heads * p.pixels);
  let channels = p.heads * HEAD;
  let row = clip * FRAMES * p.pixels + pixel;
  let first = row * 3u * channels + head * HEAD;
  let step = p.pixels * 3u * channels;

  //unroll r
  let i$r = min(index % BLOCKS * ROWS + $ru, FRAMES - 1u); // a frame beyond the last repeats it: both write the same
  let query$r = first + i$r * step;
  //unroll k
  var s$r_$k = 0.0;
  //end
  //end
  for (var d = 0u; d < HEAD; d++) {
    //unroll r
    let q$r = vec4f(qkv[query$r + d]);
    //end
    //unroll k
    let k$k = vec4f(qkv[first + $ku * step + channels + d]);
    //unroll r
    s$r_$k += dot(q$r, k$k);
    //end
    //end
  }

  //unroll r
  var highest$r = s$r_0 * p.scale;
  //unroll k
  s$r_$k *= p.scale;
  highest$r = max(highest$r, s$r_$k);
  //end
  var total$r = 0.0;
  //unroll k
  s$r_$k = exp2(s$r_$k - highest$r);
  total$r += s$r_$k;
  //end
  let share$r = 1.0 / total$r;
  let to$r = (row + i$r * p.pixels) * channels + head * HEAD;
  //end
  for (var d = 0u; d < HEAD; d++) {
    //unroll r
    var sum$r = vec4f();
    //end
    //unroll k
    let v$k = vec4f(qkv[first + $ku * step + 2u * channels + d]);
    //unroll r
    sum$r += s$r_$k * v$k;
    //end
    //end
    //unroll r
    out[to$r + d] = X4(sum$r * share$r);
    //end
  }
}
