// Embedding gather: out[row] = table[ids[row]] + positions[row mod POSITIONS].
// Layout: table [vocabulary, channels], out [rows, channels]; one invocation an element of four channels or fewer.
// Memory-bound: reads 2 and writes 1 element per output; no workgroup memory.

struct Params {
  rows: u32,
  channels: u32,
  vocabulary: u32,
  positions: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read> table: array<W>;
@group(0) @binding(3) var<storage, read> positions: array<W>;
@group(0) @binding(4) var<storage, read_write> out: array<X>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.rows * p.channels) { return; }
  let row = index / p.channels;
  let channel = index % p.channels;
  let id = min(ids[row], p.vocabulary - 1u);
  var value = f32(table[id * p.channels + channel]);
  if (HAS_POSITIONS) { value += f32(positions[(row % p.positions) * p.channels + channel]); }
  out[index] = X(value);
}
