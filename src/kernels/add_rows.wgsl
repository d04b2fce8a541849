// out[r, c] = x[r, c] + table[r / every mod period, c]: a table of rows laid over many (position embeddings, biases).
// XV, WV, V: see width.ts; vectors where the channels divide by four. One invocation an element.
// Memory-bound: two reads and a write an element; no workgroup memory.

struct Params {
  count: u32,
  channels: u32,
  every: u32,
  period: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<XV>;
@group(0) @binding(2) var<storage, read> table: array<WV>;
@group(0) @binding(3) var<storage, read_write> out: array<XV>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.count) { return; }
  let row = index / p.channels / p.every % p.period;
  out[index] = XV(V(x[index]) + V(table[row * p.channels + index % p.channels]));
}
