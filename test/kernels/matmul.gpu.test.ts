// linear's variants are gemm_plain, gemm_register (and its half height) and gemm_tile, with lanes_1/4 and channels_1/4.

import { sweep } from './case.ts';
import { linearCase } from './matmul.case.ts';

sweep(linearCase);
