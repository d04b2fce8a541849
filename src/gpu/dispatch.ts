// What a kernel asks a recorder for.

import type { Prelude, ShaderSource } from './shader.ts';
import type { Tensor } from './tensor.ts';

/** A uniform scalar: whole numbers are written as u32, `{ f32 }` as f32. */
export type Param = number | { readonly f32: number };

/** Global memory's traffic by design: what every workgroup reads and writes, whatever a cache then spares. */
export interface Traffic {
  readonly bytes: number;
  /** Why it is more than every input and output once: who reads what again. */
  readonly why: string;
}

/** One dispatch of a kernel. Bindings: 0 the params if any, then the inputs, then the outputs. */
export interface Dispatch {
  readonly source: ShaderSource;
  readonly prelude: Prelude;
  /** Read-only. `undefined` binds 256 zero bytes: an optional input that the prelude switches off. */
  readonly inputs: readonly (Tensor | undefined)[];
  /** Written, and read too if the kernel likes (an in-place update names its tensor here only). */
  readonly outputs: readonly Tensor[];
  /** Scalars of `struct Params` in order, four bytes each. */
  readonly params?: readonly Param[];
  readonly workgroups: readonly [x: number, y?: number, z?: number];
  /** Work estimate for profiles and for bounding submissions. */
  readonly flops?: number;
  /** What its workgroups move; default: every input and output once. */
  readonly traffic?: Traffic;
  /** Name in profiles, when the operation's name is not enough: `conv2d 3x3`. */
  readonly label?: string;
}
