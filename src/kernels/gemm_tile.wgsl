// Product by workgroup tiles, for real GPUs: 128 invocations share a tile of 64 rows by 64 columns, 16 channels deep.
// Layout and epilogue: gemm.wgsl; needs channels and columns in fours. An invocation owns 4 rows by 8 columns.
// Workgroup memory: 512 vec4 of the storage type, 8 KiB in f32. About 70 registers of 32 bits. A tile is read from
// memory once for 64 rows or columns: 0.06 bytes per flop in f32. Two barriers per 16 channels of a tap.
// The scheme is that of siboehm's CUDA notes and of tfjs' packed matmul, with the taps of a convolution outermost.

const TILE_ROWS = 64u;
const TILE_COLUMNS = 16u; // in F
const DEPTH = 4u; // in XK

var<workgroup> tileX: array<X4, 256>; // [DEPTH][TILE_ROWS]
var<workgroup> tileWeight: array<W4, 256>; // [4 * DEPTH][TILE_COLUMNS]

fn accumulate(sums: ptr<function, array<F, 8>>, a: vec4f, weightIndex: u32) {
  let w0 = F(tileWeight[weightIndex]);
  let w1 = F(tileWeight[weightIndex + 1u]);
  (*sums)[0] += a.x * w0;
  (*sums)[1] += a.x * w1;
  (*sums)[2] += a.y * w0;
  (*sums)[3] += a.y * w1;
  (*sums)[4] += a.z * w0;
  (*sums)[5] += a.z * w1;
  (*sums)[6] += a.w * w0;
  (*sums)[7] += a.w * w1;
}

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = group.x + group.y * groups.x;
  product = group.z;
  let across = (p.columns + TILE_COLUMNS - 1u) / TILE_COLUMNS;
  let tileRow = TILE_ROWS * (index / across);
  let tileColumn = TILE_COLUMNS * (index % across);
  // Each invocation brings two vec4 of either tile: of rows 32 apart, and of channels 8 apart.
  let bringRow = lane / DEPTH;
  let bringDepth = lane % DEPTH;
  let originA = origin(min(tileRow + bringRow, p.rows - 1u));
  let originB = origin(min(tileRow + bringRow + 32u, p.rows - 1u));
  let bringChannel = lane / TILE_COLUMNS;
  let bringColumn = tileColumn + lane % TILE_COLUMNS;
  let myRow = 4u * (lane / 8u);
  let myColumn = 2u * (lane % 8u);

  var sums: array<F, 8>;
  for (var ky = 0u; ky < p.kernelHeight; ky++) {
    for (var kx = 0u; kx < p.kernelWidth; kx++) {
      let baseA = pixel(originA, ky, kx);
      let baseB = pixel(originB, ky, kx);
      let tap = firstWeight() + (ky * p.kernelWidth + kx) * 4u * p.channels;
      for (var channel = 0u; channel < p.channels; channel += DEPTH) {
        let here = channel + bringDepth;
        let inside = here < p.channels;
        var xA = X4();
        var xB = X4();
        if (inside && baseA != OUTSIDE) { xA = x[baseA + here]; }
        if (inside && baseB != OUTSIDE) { xB = x[baseB + here]; }
        tileX[bringDepth * TILE_ROWS + bringRow] = xA;
        tileX[bringDepth * TILE_ROWS + bringRow + 32u] = xB;
        var weightA = W4();
        var weightB = W4();
        let k = 4u * channel + bringChannel;
        if (bringColumn < p.columns) {
          if (k < 4u * p.channels) { weightA = weight[(tap + k) * p.columns + bringColumn]; }
          if (k + 8u < 4u * p.channels) { weightB = weight[(tap + k + 8u) * p.columns + bringColumn]; }
        }
        tileWeight[lane] = weightA;
        tileWeight[lane + 128u] = weightB;
        workgroupBarrier();
        for (var depth = 0u; depth < DEPTH; depth++) {
          let a = transpose(mat4x4f(
            vec4f(tileX[depth * TILE_ROWS + myRow]),
            vec4f(tileX[depth * TILE_ROWS + myRow + 1u]),
            vec4f(tileX[depth * TILE_ROWS + myRow + 2u]),
            vec4f(tileX[depth * TILE_ROWS + myRow + 3u]),
          ));
          let first = 4u * depth * TILE_COLUMNS + myColumn;
          accumulate(&sums, a[0], first);
          accumulate(&sums, a[1], first + TILE_COLUMNS);
          accumulate(&sums, a[2], first + 2u * TILE_COLUMNS);
          accumulate(&sums, a[3], first + 3u * TILE_COLUMNS);
        }
        workgroupBarrier();
      }
    }
  }
  store(tileRow + myRow, tileColumn + myColumn, sums[0], sums[1]);
  store(tileRow + myRow + 1u, tileColumn + myColumn, sums[2], sums[3]);
  store(tileRow + myRow + 2u, tileColumn + myColumn, sums[4], sums[5]);
  store(tileRow + myRow + 3u, tileColumn + myColumn, sums[6], sums[7]);
}
