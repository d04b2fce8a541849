// A workgroup takes ROWS query rows of a head and walks over its keys in tiles of 32 (FlashAttention's loops). A thread
// owns 4 rows x 4 keys of the scores and 4 rows x COLUMNS channels of the sums, so that every vec4 from workgroup memory
// serves four products. Eight lanes lie side by side along the keys, and along the channels of the sums.
// Heads longer than CHUNK vectors pass through in CHUNKS parts: then the queries are staged again for every tile of keys.
// Unrolled (unroll.ts): r counts a thread's rows, k its keys, p parts, c columns. Head sizes that divide by four.
// Workgroup memory: queries ROWS·CHUNK X4; keys, then in their place values transposed, 36·CHUNK X4; weights ROWS·8 X4;
// maxima ROWS·8 f32: at most 16 KiB. Keys lie an odd number of vectors apart and in the order in which lanes ask for
// them, weights and values with four keys a vector: reads meet no bank twice.
// About 16 + 4·COLUMNS·CHUNKS + 50 registers a thread. A multiply-add reads 4/ROWS bytes of memory in f32 (half in f16;
// queries that are staged again add as much) and 2 bytes of workgroup memory.

alias XV = X4;
alias OV = X;

const KEYS = 32u;
const LANES = 8u;
const WORKGROUP = ROWS / 4u * LANES;
const KEY_STRIDE = CHUNK | 1u;
const VALUE_STRIDE = LANES + 1u;

var<workgroup> tile_q: array<X4, ROWS * CHUNK>;
var<workgroup> tile_kv: array<X4, max(KEYS * KEY_STRIDE, 4u * CHUNK * VALUE_STRIDE)>;
var<workgroup> weights: array<X4, ROWS * LANES>;
var<workgroup> partials: array<f32, ROWS * LANES>;

/// Where a sequence's rows of this head start, and how far apart they are.
struct Rows {
  base: u32,
  step: u32,
  count: u32,
}

fn stage_queries(rows: Rows, first: u32, part: u32, lane: u32) {
  for (var at = lane; at < ROWS * CHUNK; at += WORKGROUP) {
    let d = part * CHUNK + at % CHUNK;
    let i = min(first + at / CHUNK, rows.count - 1u); // a row beyond the last repeats it and is not written
    var value = X4();
    if (d < HEAD) { value = q[rows.base + i * rows.step + d]; }
    tile_q[at] = value;
  }
}

/// Key 4·lane + n of the tile goes to slot 8·n + lane.
fn stage_keys(rows: Rows, start: u32, part: u32, lane: u32) {
  for (var at = lane; at < KEYS * CHUNK; at += WORKGROUP) {
    let slot = at / CHUNK;
    let d = part * CHUNK + at % CHUNK;
    let j = min(start + slot % LANES * 4u + slot / LANES, rows.count - 1u);
    var value = X4();
    if (d < HEAD) { value = k[rows.base + j * rows.step + d]; }
    tile_kv[slot * KEY_STRIDE + at % CHUNK] = value;
  }
}

/// Zero beyond the last key: whatever a value is, a key that is not there adds nothing.
fn value_at(rows: Rows, j: u32, d: u32) -> X4 {
  if (j >= rows.count || d >= HEAD) { return X4(); }
  return v[rows.base + j * rows.step + d];
}

fn stage_values(rows: Rows, start: u32, part: u32, lane: u32) {
  for (var at = lane; at < LANES * CHUNK; at += WORKGROUP) {
    let four = at % LANES;
    let d = at / LANES;
    let j = start + 4u * four;
    let a = value_at(rows, j, part * CHUNK + d);
    let b = value_at(rows, j + 1u, part * CHUNK + d);
    let c = value_at(rows, j + 2u, part * CHUNK + d);
    let e = value_at(rows, j + 3u, part * CHUNK + d);
    let to = 4u * d * VALUE_STRIDE + four;
    tile_kv[to] = X4(a.x, b.x, c.x, e.x);
    tile_kv[to + VALUE_STRIDE] = X4(a.y, b.y, c.y, e.y);
    tile_kv[to + 2u * VALUE_STRIDE] = X4(a.z, b.z, c.z, e.z);
    tile_kv[to + 3u * VALUE_STRIDE] = X4(a.w, b.w, c.w, e.w);
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = group.x + group.y * groups.x;
  let blocks = (p.queries + ROWS - 1u) / ROWS;
  if (index >= p.batch * p.heads * blocks) { return; }
  let first = index % blocks * ROWS;
  let head = index / blocks % p.heads;
  let batch = index / (blocks * p.heads);
  let key_batch = batch * p.key_batches / p.batch;
  let key_row = row(key_batch, 0u, p.keys);
  let query_row = row(batch, 0u, p.queries);
  let rows_q = Rows(p.q_offset + query_row * p.q_stride + head * HEAD, p.inner * p.q_stride, p.queries);
  let rows_k = Rows(p.k_offset + key_row * p.k_stride + head * HEAD, p.inner * p.k_stride, p.keys);
  let rows_v = Rows(p.v_offset + key_row * p.v_stride + head * HEAD, p.inner * p.v_stride, p.keys);
  let x = lane % LANES;
  let y = lane / LANES * 4u; // first of the thread's rows in the tile

  //unroll r
  let i$r = min(first + y + $ru, p.queries - 1u);
  var highest$r = LOWEST;
  var total$r = 0.0; // over this lane's keys
  //unroll p
  //unroll c
  var sum$r_$p_$c = 0.0;
  //end
  //end
  //end
  //unroll c
  let column$c = min(x + $cu * LANES, 4u * CHUNK - 1u) * VALUE_STRIDE;
  //end

  if (CHUNKS == 1u) { stage_queries(rows_q, first, 0u, lane); }
  let end = visible_keys(min(first + ROWS, p.queries) - 1u);
  for (var start = 0u; start < end; start += KEYS) {
    //unroll r
    //unroll k
    var score$r_$k = 0.0;
    //end
    //end
    for (var part = 0u; part < CHUNKS; part++) {
      workgroupBarrier();
      if (CHUNKS > 1u) { stage_queries(rows_q, first, part, lane); }
      stage_keys(rows_k, start, part, lane);
      workgroupBarrier();
      for (var d = 0u; d < CHUNK; d++) {
        //unroll r
        let q$r = vec4f(tile_q[(y + $ru) * CHUNK + d]);
        //end
        //unroll k
        let k$k = vec4f(tile_kv[($ku * LANES + x) * KEY_STRIDE + d]);
        //unroll r
        score$r_$k += dot(q$r, k$k);
        //end
        //end
      }
    }

    //unroll k
    let j$k = start + 4u * x + $ku;
    let masked$k = is_masked(batch, j$k);
    //unroll r
    score$r_$k = after_hiding(score$r_$k * p.scale, masked$k, i$r, j$k);
    score$r_$k = select(score$r_$k, LOWEST, j$k >= end);
    //end
    //end
    //unroll r
    var most$r = LOWEST;
    //unroll k
    most$r = max(most$r, score$r_$k);
    //end
    partials[(y + $ru) * LANES + x] = most$r;
    //end
    workgroupBarrier();
    //unroll r
    most$r = highest$r;
    for (var at = 0u; at < LANES; at++) { most$r = max(most$r, partials[(y + $ru) * LANES + at]); }
    let rescale$r = exp2(highest$r - most$r);
    highest$r = most$r;
    //unroll k
    let weight$r_$k = select(exp2(score$r_$k - most$r), 0.0, score$r_$k == LOWEST);
    //end
    let four$r = vec4f(weight$r_0, weight$r_1, weight$r_2, weight$r_3);
    total$r = total$r * rescale$r + dot(four$r, vec4f(1.0));
    weights[(y + $ru) * LANES + x] = X4(four$r);
    //end

    //unroll p
    if ($pu > 0u) { workgroupBarrier(); }
    stage_values(rows_v, start, $pu, lane);
    workgroupBarrier();
    //unroll r
    //unroll c
    sum$r_$p_$c *= rescale$r;
    //end
    //end
    for (var four = 0u; four < LANES; four++) {
      //unroll r
      let w$r = vec4f(weights[(y + $ru) * LANES + four]);
      //end
      //unroll c
      let v$c = vec4f(tile_kv[column$c + four]);
      //unroll r
      sum$r_$p_$c += dot(w$r, v$c);
      //end
      //end
    }
    //end
  }

  //unroll r
  partials[(y + $ru) * LANES + x] = total$r;
  //end
  workgroupBarrier();
  //unroll r
  if (first + y + $ru < p.queries) {
    var total = 0.0;
    for (var at = 0u; at < LANES; at++) { total += partials[(y + $ru) * LANES + at]; }
    let to = ((query_row + i$r * p.inner) * p.heads + head) * 4u * HEAD;
    //unroll p
    //unroll c
    if (x + $cu * LANES < 4u * CHUNK && 4u * CHUNK * $pu + x + $cu * LANES < 4u * HEAD) {
      out[to + 4u * CHUNK * $pu + x + $cu * LANES] = X(sum$r_$p_$c / total);
    }
    //end
    //end
  }
  //end
}
