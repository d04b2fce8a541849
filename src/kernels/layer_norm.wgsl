// What every layer norm shares (layer_norm_plain, layer_norm_lanes, layer_norm_subgroup are the loops):
// out = (x - mean) / sqrt(variance + eps) · weight + bias over the channels of a row; nothing cancels whatever the mean is.
// XV, WV, V, total, first_lane: see width.ts; vectors where the channels divide by four.
// Memory-bound: rows are read two or three times, once of it from memory, and written once: 2 elements of memory moved a
// channel.

struct Params {
  rows: u32,
  channels: u32,
  eps: f32,
}

const WORKGROUP = 64u;

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<XV>;
@group(0) @binding(2) var<storage, read> weight: array<WV>;
@group(0) @binding(3) var<storage, read> bias: array<WV>;
@group(0) @binding(4) var<storage, read_write> out: array<XV>;
