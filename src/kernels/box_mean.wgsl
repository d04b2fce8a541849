// Mean over 2 * radius + 1 neighbours along one side; positions beyond the edge are the edge's.
// Layout [outer, side, inner] (a row-major image seen from the side), one invocation one vector XV.
// Memory-bound: 2 * radius + 1 reads an output, which neighbours share in cache. A running sum would read two, but one
// invocation a line leaves a GPU idle at these sizes.

struct Params {
  vectors: u32,   // in XV
  inner: u32,     // in XV
  side: u32,
  radius: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<XV>;
@group(0) @binding(2) var<storage, read_write> out: array<XV>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.vectors) { return; }
  let line = index / p.inner;
  let at = i32(line % p.side);
  let start = line / p.side * p.side * p.inner + index % p.inner;
  let radius = i32(p.radius);
  var sum = V(0.0);
  for (var tap = at - radius; tap <= at + radius; tap++) {
    sum += V(x[start + u32(clamp(tap, 0, i32(p.side) - 1)) * p.inner]);
  }
  out[index] = XV(sum / f32(2u * p.radius + 1u));
}
