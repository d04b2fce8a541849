// Strided block copy: out[o·out_stride + out_offset + i] = in[⌊o / repeat⌋·in_stride + in_offset + i], i < block. Converts element types.
// XV and WV: see width.ts; vectors where every size and offset divides by four.
// Concatenation is one copy per part, a slice is one copy. One invocation an element.
// Memory-bound: one read and one write an element; no workgroup memory.

struct Params {
  count: u32,
  repeat: u32,
  block: u32,
  in_stride: u32,
  in_offset: u32,
  out_stride: u32,
  out_offset: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> source: array<XV>;
@group(0) @binding(2) var<storage, read_write> out: array<WV>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.count) { return; }
  let outer = index / p.block;
  let i = index % p.block;
  out[outer * p.out_stride + p.out_offset + i] = WV(source[outer / p.repeat * p.in_stride + p.in_offset + i]);
}
