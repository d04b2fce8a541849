// Kernels written once for four elements at a time and for one: `V` is what is stored, `F` the same in f32.

import type { ShaderSource } from '../gpu/index.ts';

/** A kernel's text for `width` contiguous elements in one invocation. */
export interface VectorKernel {
  readonly source: ShaderSource;
  readonly width: 1 | 4;
}

/**
 * Specialises WGSL that is written in `V` and `F`: four elements where 4 divides `run`, the elements that are handled
 * alike (channels of a pixel), else one. The prelude must declare `X`. The aliases go on the file's first line (a
 * comment), so that compile errors keep their lines.
 */
export function vectorKernel(name: string, wgsl: string, run: number): VectorKernel {
  return run % 4 === 0
    ? { source: { name, wgsl: `alias V = X4; alias F = vec4f; ${wgsl}` }, width: 4 }
    : { source: { name, wgsl: `alias V = X; alias F = f32; ${wgsl}` }, width: 1 };
}
