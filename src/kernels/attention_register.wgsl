// One invocation owns ROWS query rows of a head: their queries and sums stay in registers, and KEYS keys and values are
// loaded at once for all of them. Barrier-free and unrolled (unroll.ts): r counts rows, k keys, d vectors of the head.
// Sums are rescaled only when a score exceeds what they are scaled by 2^SLACK (FlashAttention-4, 2025): the quotient is
// the same, and after the first keys a key costs one exp a row. Head sizes that divide by four.
// No workgroup memory; about 2·ROWS·HEAD + KEYS vec4 of registers a thread; 4/ROWS bytes read a multiply-add in f32. A CPU keeps
// its registers in the first cache anyway, and every load costs it bounds tests: there ROWS and KEYS are larger.

alias XV = X4;
alias OV = X4;

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

  // Divisions stay out of the loop.
  let first_key = row(key_batch, 0u, p.keys);
  let first_k = p.k_offset + first_key * p.k_stride + head * HEAD;
  let first_v = p.v_offset + first_key * p.v_stride + head * HEAD;
  let end = visible_keys(min(first + ROWS, p.queries) - 1u);
  for (var start = 0u; start < end; start += KEYS) {
    //unroll k
    let j$k = min(start + $ku, end - 1u); // a key beyond the last repeats it and weighs nothing
    let beyond$k = start + $ku >= end;
    let key$k = first_k + j$k * p.inner * p.k_stride;
    let value$k = first_v + j$k * p.inner * p.v_stride;
    //unroll r
    var score$r_$k = 0.0;
    //end
    //end
    //unroll d
    //unroll k
    let k$d_$k = vec4f(k[key$k + $du]);
    //unroll r
    score$r_$k += dot(q$r_$d, k$d_$k);
    //end
    //end
    //end
    //unroll k
    let masked$k = is_masked(batch, j$k);
    //unroll r
    score$r_$k = select(after_hiding(score$r_$k, masked$k, i$r, j$k), LOWEST, beyond$k);
    //end
    //end
    var grows = false;
    //unroll r
    var most$r = LOWEST;
    //unroll k
    most$r = max(most$r, score$r_$k);
    //end
    grows |= most$r > highest$r + SLACK;
    //end
    if (grows) {
      //unroll r
      let higher$r = max(highest$r, most$r);
      let rescale$r = exp2(highest$r - higher$r);
      highest$r = higher$r;
      total$r *= rescale$r;
      //unroll d
      sum$r_$d *= rescale$r;
      //end
      //end
    }
    //unroll k
    //unroll r
    let weight$r_$k = select(exp2(score$r_$k - highest$r), 0.0, score$r_$k == LOWEST);
    total$r += weight$r_$k;
    //end
    //end
    //unroll d
    //unroll k
    let v$d_$k = select(vec4f(v[value$k + $du]), vec4f(), beyond$k); // whatever it is, it adds nothing
    //unroll r
    sum$r_$d += weight$r_$k * v$d_$k;
    //end
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
