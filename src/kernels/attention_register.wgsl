// One invocation owns ROWS query rows of a head: their queries and sums stay in registers, and a key or value is loaded
// once for all of them. Barrier-free and unrolled (unroll.ts): r counts rows, d vectors of the head. Sums are rescaled
// only when a score exceeds what they are scaled by e^SLACK (FlashAttention-4, 2025): the quotient is the same, and after
// the first keys a key costs one exp a row. Head sizes that divide by four.
// No workgroup memory; about 2·ROWS·HEAD vec4 of registers a thread; 8/ROWS bytes read a flop pair.

alias XV = X4;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let blocks = (p.queries + ROWS - 1u) / ROWS;
  if (index >= p.batch * p.heads * blocks) { return; }
  let first = index % blocks * ROWS;
  let head = index / blocks % p.heads;
  let batch = index / (blocks * p.heads);
  let key_batch = batch * p.key_batches / p.batch;

  //unroll r
  let i$r = min(first + $ru, p.queries - 1u); // a row beyond the last repeats it: both write the same
  let row$r = row(batch, i$r, p.queries);
  let query$r = p.q_offset + row$r * p.q_stride + head * HEAD;
  var highest$r = LOWEST;
  var total$r = 0.0;
  //unroll d
  let q$r_$d = vec4f(q[query$r + $du]) * p.scale;
  var sum$r_$d = vec4f();
  //end
  //end

  let end = visible_keys(min(first + ROWS, p.queries) - 1u);
  for (var j = 0u; j < end; j++) {
    let key_row = row(key_batch, j, p.keys);
    let key = p.k_offset + key_row * p.k_stride + head * HEAD;
    let value = p.v_offset + key_row * p.v_stride + head * HEAD;
    var grows = false;
    //unroll r
    var score$r = 0.0;
    //end
    //unroll d
    let k$d = vec4f(k[key + $du]);
    //unroll r
    score$r += dot(q$r_$d, k$d);
    //end
    //end
    //unroll r
    let hidden$r = reasons(batch, i$r, j);
    let off$r = !is_additive() && hidden$r > 0u;
    if (is_additive()) { score$r += f32(hidden$r) * p.mask_value; }
    if (off$r) { score$r = LOWEST; }
    grows |= score$r > highest$r + SLACK;
    //end
    if (grows) {
      //unroll r
      let higher$r = max(highest$r, score$r);
      let rescale$r = exp(highest$r - higher$r);
      highest$r = higher$r;
      total$r *= rescale$r;
      //unroll d
      sum$r_$d *= rescale$r;
      //end
      //end
    }
    //unroll r
    let weight$r = select(exp(score$r - highest$r), 0.0, off$r);
    total$r += weight$r;
    //end
    //unroll d
    let v$d = vec4f(v[value + $du]);
    //unroll r
    sum$r_$d += weight$r * v$d;
    //end
    //end
  }

  //unroll r
  let to$r = (row$r * p.heads + head) * HEAD;
  //unroll d
  out[to$r + $du] = X4(sum$r_$d / total$r);
  //end
  //end
}
