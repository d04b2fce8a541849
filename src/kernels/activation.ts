// Nonlinearities: the WGSL that kernels append for their epilogues, and the stand-alone pointwise operations.

import activationWgsl from './activation.wgsl?raw';
import pointwiseWgsl from './pointwise.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';

/** `gelu` is the exact one (erf, as torch's default), `quick_gelu` is x·sigmoid(1.702x), `silu` x·sigmoid(x). */
export type Activation = 'none' | 'silu' | 'gelu' | 'quick_gelu' | 'relu';

const ORDER: readonly Activation[] = ['none', 'silu', 'gelu', 'quick_gelu', 'relu'];

/**
 * WGSL of `fn activate(x: f32) -> f32`, `fn activate4(x: vec4f) -> vec4f` and `fn gelu(x: vec4f) -> vec4f`; needs the
 * prelude constant `ACTIVATION` (see {@link activationConstant}). Append it to a kernel's own text.
 */
export const activationSource: string = activationWgsl;

/** The value of the prelude constant `ACTIVATION`. */
export function activationConstant(activation: Activation = 'none'): number {
  return ORDER.indexOf(activation);
}

const POINTWISE: ShaderSource = { name: 'pointwise', wgsl: pointwiseWgsl + activationSource };

/** `activation(x)`, elementwise. */
export function activate(rec: Recorder, x: Tensor, activation: Activation): Tensor {
  return pointwise(rec, x, undefined, activation);
}

/**
 * `a + b`, elementwise. `b` has as many elements as `a`, or a divisor of that: then it repeats (a bias `[C]`, a table
 * `[P, C]` whose row r mod P is added to row r). Throws RangeError otherwise.
 */
export function add(rec: Recorder, a: Tensor, b: Tensor): Tensor {
  if (elementCount(a.shape) % elementCount(b.shape) !== 0) {
    throw new RangeError(
      `add: expected as many elements as ${shapeText(a.shape)} or a divisor, got ${shapeText(b.shape)}`,
    );
  }
  return pointwise(rec, a, b, 'none');
}

function pointwise(rec: Recorder, a: Tensor, b: Tensor | undefined, activation: Activation): Tensor {
  const count = elementCount(a.shape);
  if (count === 0) throw new RangeError(`${b ? 'add' : activation}: ${shapeText(a.shape)} has no elements`);
  const label = b ? 'add' : activation;
  const out = rec.tensor(a.shape, a.dtype, label);
  const vectors = ceilDiv(count, 4);
  rec.dispatch({
    source: POINTWISE,
    prelude: {
      types: { X: a.dtype, W: b?.dtype ?? a.dtype },
      constants: { HAS_B: b !== undefined, ACTIVATION: activationConstant(activation) },
    },
    inputs: [a, b],
    outputs: [out],
    params: [vectors, b ? elementCount(b.shape) : 1],
    workgroups: flatGrid(ceilDiv(vectors, 64)),
    label,
  });
  return out;
}
