// Product, the obvious way: an invocation computes one row at two columns. Any sizes; the yardstick of the other variants.
// Layout and epilogue: gemm.wgsl. No workgroup memory, about 20 registers, 3 bytes per flop from cache in f32.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  let pairs = (p.columns + 1u) / 2u;
  let row = index / pairs;
  let column = 2u * (index % pairs);
  if (row >= p.rows) { return; }
  enter(group.z);
  let start = origin(row);
  var first = F(0.0);
  var second = F(0.0);
  for (var ky = 0u; ky < p.kernelHeight; ky++) {
    for (var kx = 0u; kx < p.kernelWidth; kx++) {
      let base = pixel(start, ky, kx);
      var w = weightRow((ky * p.kernelWidth + kx) * p.channels) + column;
      for (var channel = 0u; channel < p.channels; channel++) {
        let a = load(base, channel).x;
        first += a * F(weight[w]);
        second += a * F(weight[w + 1u]);
        w += p.columns;
      }
    }
  }
  storePair(row, column, first, second);
}
