// One text for two widths: kernels that move channels one by one or, where they divide by four, as vectors.

import type { ShaderSource } from '../gpu/index.ts';

const SCALAR = `
alias XV = X;
alias WV = W;
alias V = f32;
const WIDTH = 1u;
fn total(x: V) -> f32 { return x; }
fn first_lane(x: V) -> f32 { return x; }
fn with_lane(x: V, i: u32, value: f32) -> V { return value; }
`;

const VECTOR = `
alias XV = X4;
alias WV = W4;
alias V = vec4f;
const WIDTH = 4u;
fn total(x: V) -> f32 { return dot(x, vec4f(1.0)); }
fn first_lane(x: V) -> f32 { return x.x; }
fn with_lane(x: V, i: u32, value: f32) -> V { return select(x, vec4f(value), vec4u(0u, 1u, 2u, 3u) == vec4u(i)); }
`;

/** A kernel's text for scalars (`1`) and for vectors of four (`4`). */
export type Widths = Readonly<Record<1 | 4, ShaderSource>>;

/**
 * The two sources of a kernel that is written in `XV` and `WV` (elements of the prelude's types `X` and `W`), `V`
 * (their f32 arithmetic), `WIDTH`, `total` (the sum of a `V`), `first_lane` and `with_lane` (a `V` with one lane replaced). They are appended, so line numbers stay.
 */
export function byWidth(name: string, wgsl: string): Widths {
  return { 1: { name, wgsl: wgsl + SCALAR }, 4: { name, wgsl: wgsl + VECTOR } };
}

/** 4 when every size and offset divides by four, else 1. */
export function widthOf(...sizes: readonly number[]): 1 | 4 {
  return sizes.every((size) => size % 4 === 0) ? 4 : 1;
}
