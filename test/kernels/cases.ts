// Every kernel's table, for `npm run kernel`.

import { activateCase, addCase } from './activation.case.ts';
import { conv2dCase } from './conv2d.case.ts';
import { convTranspose2dCase } from './conv_transpose2d.case.ts';
import { gatherCase } from './gather.case.ts';
import { linearCase } from './matmul.case.ts';
import type { KernelCase } from './run-case.ts';
import { temporalConvCase } from './temporal_conv.case.ts';

/** One entry a kernel; names (`op`) are unique. */
export const CASES: readonly KernelCase[] = [
  activateCase,
  addCase,
  conv2dCase,
  convTranspose2dCase,
  gatherCase,
  linearCase,
  temporalConvCase,
];
