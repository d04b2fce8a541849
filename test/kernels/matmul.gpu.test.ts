// linear's variants are gemm_plain, gemm_register (and its half height), gemm_tile in three sizes (with gemm_tile_fma), gemm_subgroup, and sums in
// slices by gemm_reduce; with epilogue, lanes_1, lanes_4, channels_1 and channels_4.

import { sweep } from './case.ts';
import { linearCase } from './matmul.case.ts';

sweep(linearCase);
