// Winograd F(2x2, 3x3), last of three: Y = Aᵀ M A of every tile's sixteen sums, then the epilogue (epilogue.wgsl).
// Layout: sums f32 [16, tiles, columns], out [images, outHeight, outWidth, columns] (NHWC); `columns` counts F (lanes_*.wgsl).
// An invocation finishes the 2 x 2 pixels of one tile at F; pixels beyond an odd side are dropped.
// Memory-bound: 16 loads and 4 stores for 24 additions and the epilogue. About 30 vectors of registers, no workgroup memory.

struct Params {
  first: u32,
  tiles: u32,
  columns: u32,
  tilesDown: u32,
  tilesAcross: u32,
  outHeight: u32,
  outWidth: u32,
  rowsPerBias: u32,
  terms: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> sums: array<F>;
@group(0) @binding(2) var<storage, read> bias: array<WF>;
@group(0) @binding(3) var<storage, read> rowBias: array<YF>;
@group(0) @binding(4) var<storage, read> residual: array<YF>;
@group(0) @binding(5) var<storage, read> residual2: array<YF>;
@group(0) @binding(6) var<storage, read_write> out: array<YF>;

struct Two { a: F, b: F }

/// Aᵀ times a column of four.
fn transform(a: F, b: F, c: F, d: F) -> Two { return Two(a + b + c, b - c - d); }

/// A column of the sums, transformed.
fn column(at: u32) -> Two {
  let row = 4u * p.tiles * p.columns;
  return transform(sums[at], sums[at + row], sums[at + 2u * row], sums[at + 3u * row]);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  if (index >= p.tiles * p.columns) { return; }
  let step = p.tiles * p.columns;
  let c0 = column(index);
  let c1 = column(index + step);
  let c2 = column(index + 2u * step);
  let c3 = column(index + 3u * step);
  let top = transform(c0.a, c1.a, c2.a, c3.a);
  let bottom = transform(c0.b, c1.b, c2.b, c3.b);

  let at = index % p.columns;
  let tile = p.first + index / p.columns;
  let line = tile / p.tilesAcross;
  let y = 2u * (line % p.tilesDown);
  let x = 2u * (tile % p.tilesAcross);
  let origin = (line / p.tilesDown * p.outHeight + y) * p.outWidth + x;
  for (var i = 0u; i < 4u; i++) { // one copy of the epilogue in the code, yet no dynamic index
    if (y + i / 2u >= p.outHeight || x + i % 2u >= p.outWidth) { continue; }
    let pixel = origin + i / 2u * p.outWidth + i % 2u;
    let sum = select(select(top.a, top.b, i == 1u), select(bottom.a, bottom.b, i == 3u), i >= 2u);
    write(pixel * p.columns + at, activateF(biased(pixel, at, sum)));
  }
}
