// attention_register.wgsl where loads are what costs (a CPU tests the bounds of each in every lane): the four invocations
// of a quad own ROWS query rows each of the same head, load a key and a value each, and pass them round by quadBroadcast.
// So four keys cost each of them one load, and one load and store of its sums.
// Right for every size of subgroup, all of which are whole quads; a quad is four invocations in a row, as everywhere where
// workgroups are lines. No key may be hidden.
// Unrolled (unroll.ts): r counts rows, k the quad's keys, d vectors of the head. Head sizes that divide by four.
// No workgroup memory; about 2·ROWS·HEAD + 8 vec4 of registers a thread; 1/ROWS bytes loaded a multiply-add in f32.

alias XV = X4;
alias OV = X4;

// Quads leave as a whole and walk the same keys; the compiler cannot see it.
@diagnostic(off, subgroup_uniformity)
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let own = lane % 4u;
  let index = (group.x + group.y * groups.x) * (WORKGROUP / 4u) + lane / 4u;
  let blocks = (p.queries + 4u * ROWS - 1u) / (4u * ROWS);
  if (index >= p.batch * p.heads * blocks) { return; }
  let first = index % blocks * 4u * ROWS + own * ROWS;
  let head = index / blocks % p.heads;
  let batch = index / (blocks * p.heads);
  let key_batch = batch * p.key_batches / p.batch;

  //unroll r
  let row$r = row(batch, min(first + $ru, p.queries - 1u), p.queries); // beyond the last row it is written again, the same
  let query$r = p.q_offset + row$r * p.q_stride + head * HEAD;
  var highest$r = LOWEST;
  var total$r = 0.0;
  //unroll d
  let q$r_$d = vec4f(q[query$r + $du]) * p.scale;
  var sum$r_$d = vec4f();
  //end
  //end

  let first_key = row(key_batch, 0u, p.keys);
  let first_k = p.k_offset + first_key * p.k_stride + head * HEAD;
  let first_v = p.v_offset + first_key * p.v_stride + head * HEAD;
  for (var start = 0u; start < p.keys; start += 4u) {
    let j = min(start + own, p.keys - 1u);
    let is_key = start + own < p.keys;
    let key = first_k + j * p.inner * p.k_stride;
    let value = first_v + j * p.inner * p.v_stride;
    //unroll k
    //unroll r
    var score$r_$k = 0.0;
    //end
    //end
    //unroll d
    let k$d = vec4f(k[key + $du]);
    //unroll k
    let k$d_$k = quadBroadcast(k$d, $ku);
    //unroll r
    score$r_$k += dot(q$r_$d, k$d_$k);
    //end
    //end
    //end
    if (start + 4u > p.keys) { // a key beyond the last weighs nothing
      //unroll k
      //unroll r
      score$r_$k = select(LOWEST, score$r_$k, start + $ku < p.keys);
      //end
      //end
    }
    var grows = false;
    //unroll r
    var most$r = score$r_0;
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
    // Zero beyond the last key: whatever a value is, a key that is not there adds nothing.
    let v$d = select(vec4f(), vec4f(v[value + $du]), is_key);
    //unroll k
    let v$d_$k = quadBroadcast(v$d, $ku);
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
