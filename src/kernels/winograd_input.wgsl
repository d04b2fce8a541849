// Winograd F(2x2, 3x3), first of three: transforms patches of 4 x 4 pixels, V = Bᵀ d B (Lavin and Gray 2016, section 4.1).
// A tile is 2 x 2 pixels of the output; its patch begins at its first pixel less the padding, so patches overlap by half.
// Layout: x [images, sourceHeight, sourceWidth, channels] (NHWC), out f32 [16, tiles, channels]: one matrix for each of the
// sixteen products. Tiles of all images are one list; this dispatch does `tiles` of them from `first` on.
// An invocation transforms one tile at a channel (or four: XV, V, see width.ts) in f32.
// It does not normalise what it reads: with group norm and SiLU here, each element's four times over, SwiftShader took 1.07
// to 1.4 times as long as with group_norm_apply before it.
// Memory-bound: 16 loads, three in four of them from a cache, and 16 stores for 32 additions. About 40 vectors of registers,
// no workgroup memory. An infinity becomes NaN in the tiles whose patches hold it: it is subtracted from itself.

struct Params {
  first: u32,
  tiles: u32,
  channels: u32,
  tilesDown: u32,
  tilesAcross: u32,
  height: u32, // of the input as the patches see it, after nearest upsampling
  width: u32,
  sourceHeight: u32, // of the input in memory
  sourceWidth: u32,
  padTop: u32,
  padLeft: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<XV>;
@group(0) @binding(2) var<storage, read_write> out: array<V>;

fn load(image: u32, y: u32, x_: u32, channel: u32) -> V {
  if (y >= p.height || x_ >= p.width) { return V(); } // in the padding, below zero too: it wraps
  let row = image * p.sourceHeight + select(y, y * p.sourceHeight / p.height, UPSAMPLE);
  let pixel = row * p.sourceWidth + select(x_, x_ * p.sourceWidth / p.width, UPSAMPLE);
  return V(x[pixel * p.channels + channel]);
}

struct Four { a: V, b: V, c: V, d: V }

/// Bᵀ times a column of four.
fn transform(d: Four) -> Four { return Four(d.a - d.c, d.b + d.c, d.c - d.b, d.b - d.d); }

/// A column of the patch, transformed.
fn column(image: u32, y: u32, x_: u32, channel: u32) -> Four {
  return transform(Four(
    load(image, y, x_, channel),
    load(image, y + 1u, x_, channel),
    load(image, y + 2u, x_, channel),
    load(image, y + 3u, x_, channel),
  ));
}

fn store(at: u32, row: Four) {
  let v = transform(row);
  let step = p.tiles * p.channels;
  out[at] = v.a;
  out[at + step] = v.b;
  out[at + 2u * step] = v.c;
  out[at + 3u * step] = v.d;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.tiles * p.channels) { return; }
  let channel = index % p.channels;
  let tile = p.first + index / p.channels;
  let line = tile / p.tilesAcross;
  let image = line / p.tilesDown;
  let y = 2u * (line % p.tilesDown) - p.padTop;
  let x_ = 2u * (tile % p.tilesAcross) - p.padLeft;
  let c0 = column(image, y, x_, channel);
  let c1 = column(image, y, x_ + 1u, channel);
  let c2 = column(image, y, x_ + 2u, channel);
  let c3 = column(image, y, x_ + 3u, channel);
  let row = 4u * p.tiles * p.channels;
  store(index, Four(c0.a, c1.a, c2.a, c3.a));
  store(index + row, Four(c0.b, c1.b, c2.b, c3.b));
  store(index + 2u * row, Four(c0.c, c1.c, c2.c, c3.c));
  store(index + 3u * row, Four(c0.d, c1.d, c2.d, c3.d));
}
