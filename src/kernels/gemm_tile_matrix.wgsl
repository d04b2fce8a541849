// The tiles of gemm_tile, multiplied by subgroup matrices: a subgroup owns 32 rows by 32 columns of the output as matrices of
// MATRIX_M x MATRIX_N, four subgroups a workgroup of 64 x 64. x and weights are widened or kept as the matrices' component
// type C; sums are f32. Rows are padded by 8 elements against bank conflicts.
// Workgroup memory in f16 (32 channels deep): 9728 bytes and four matrices of f32 (4 KiB of 16 x 16); in f32 (16 deep): 10752
// bytes and 1 KiB of 8 x 8. About 32 registers of sums and 60 more at 32 lanes a subgroup; 0.031 bytes per flop in f16,
// 0.063 in f32. A subgroup's 32 x 32 read a tile from workgroup memory 2 times.
// Matrix operations want the whole subgroup: all branches on the way here are uniform, if not provably to the compiler.

const X_STRIDE = 4u * DEPTH + 8u;
const WEIGHT_STRIDE = 4u * TILE_COLUMNS + 8u;
const DOWN = 32u / MATRIX_M;
const ALONG = 32u / MATRIX_N;
const RESULT = MATRIX_M * MATRIX_N;

alias Left = subgroup_matrix_left<C, MATRIX_K, MATRIX_M>;
alias Right = subgroup_matrix_right<C, MATRIX_N, MATRIX_K>;
alias Result = subgroup_matrix_result<f32, MATRIX_N, MATRIX_M>;

var<workgroup> tileX: array<C, TILE_ROWS * X_STRIDE>; // [TILE_ROWS][4 * DEPTH]
var<workgroup> tileWeight: array<C, 4u * DEPTH * WEIGHT_STRIDE>; // [4 * DEPTH][4 * TILE_COLUMNS]
var<workgroup> results: array<f32, 4u * RESULT>; // a matrix of each subgroup, on its way to the epilogue

alias Sums = array<Result, DOWN * ALONG>;

var<private> mySubgroup: u32; // 0 to 3

@compute @workgroup_size(WORKGROUP) @subgroup_size(SUBGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_id) id: u32,
) {
  mySubgroup = id;
  walk(group, groups, lane);
}

fn putX(row: u32, depth: u32, value: X4) {
  let at = row * X_STRIDE + 4u * depth;
  tileX[at] = C(value.x);
  tileX[at + 1u] = C(value.y);
  tileX[at + 2u] = C(value.z);
  tileX[at + 3u] = C(value.w);
}

fn putWeight(channel: u32, column: u32, value: W4) {
  let at = channel * WEIGHT_STRIDE + 4u * column;
  tileWeight[at] = C(value.x);
  tileWeight[at + 1u] = C(value.y);
  tileWeight[at + 2u] = C(value.z);
  tileWeight[at + 3u] = C(value.w);
}

/// Where a subgroup's 32 x 32 begin in the tile: column and row.
fn corner(subgroup: u32) -> vec2u { return 32u * vec2u(subgroup % 2u, subgroup / 2u); }

fn multiply(sums: ptr<function, Sums>, lane: u32) {
  let mine = corner(mySubgroup);
  for (var k = 0u; k < 4u * DEPTH; k += MATRIX_K) {
//unroll a
    let left$a = subgroupMatrixLoad<Left, row_major>(&tileX, (mine.y + $au * MATRIX_M) * X_STRIDE + k, X_STRIDE);
//end
//unroll b
    {
      let right = subgroupMatrixLoad<Right, row_major>(
        &tileWeight, k * WEIGHT_STRIDE + mine.x + $bu * MATRIX_N, WEIGHT_STRIDE);
//unroll a
      (*sums)[$a * ALONG + $b] = subgroupMatrixMultiplyAccumulate(left$a, right, (*sums)[$a * ALONG + $b]);
//end
    }
//end
  }
}

/// One matrix of every subgroup at a time, through workgroup memory; whichever invocations finish it, in pairs of F.
fn finish(sums: ptr<function, Sums>, tileRow: u32, tileColumn: u32, lane: u32) {
//unroll a
//unroll b
  subgroupMatrixStore<row_major>(&results, mySubgroup * RESULT, (*sums)[$a * ALONG + $b], MATRIX_N);
  workgroupBarrier();
  for (var i = lane; i < 4u * RESULT / 8u; i += WORKGROUP) {
    let at = 8u * i;
    let mine = corner(at / RESULT);
    let row = (at % RESULT) / MATRIX_N;
    let column = at % MATRIX_N;
    storePair(
      tileRow + mine.y + $au * MATRIX_M + row,
      tileColumn + (mine.x + $bu * MATRIX_N + column) / 4u,
      vec4f(results[at], results[at + 1u], results[at + 2u], results[at + 3u]),
      vec4f(results[at + 4u], results[at + 5u], results[at + 6u], results[at + 7u]),
    );
  }
  workgroupBarrier();
//end
//end
}
