// Linear combinations with coefficients that change from run to run: sampler steps, guidance, re-noising.

import source from './combine.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type DType,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';

const COMBINE: ShaderSource = { name: 'combine', wgsl: source };
/** With coefficients and output: the eight storage buffers that every device allows. */
const MAX_TERMS = 6;
const TERM_TYPES = ['A', 'B', 'C', 'D', 'E', 'F'] as const;

/** Options of {@link combine}. */
export interface CombineOptions {
  /** Element type of the result; default the recorder's precision. */
  readonly dtype?: DType;
  /** Clamps the sum to [-clamp, clamp]: the clipped estimate of the clean sample. NaN may come out as a bound. */
  readonly clamp?: number;
}

/**
 * `out = sum coefficients[t] * terms[t]`, in the shape of the first term. One to six terms of any shape with as many
 * elements, f32 and f16 mixed; `coefficients` is f32 with at least one number a term, read when the program runs.
 * It serves every step of src/sampler (StepCoefficients), Gen-1's guidance (eq. 8) and classifier-free guidance.
 * Throws RangeError when counts or sizes differ.
 */
export function combine(
  rec: Recorder,
  terms: readonly Tensor[],
  coefficients: Tensor,
  { dtype = rec.precision, clamp }: CombineOptions = {},
): Tensor {
  if (terms.length < 1 || terms.length > MAX_TERMS) {
    throw new RangeError(`combine: expected 1 to ${MAX_TERMS} terms, got ${terms.length}`);
  }
  const out = rec.tensor(terms[0]!.shape, dtype, 'combine');
  record(rec, out, terms, coefficients, false, clamp);
  return out;
}

/**
 * `target = coefficients[0] * target + sum coefficients[t + 1] * terms[t]` in place, with zero to six terms none of
 * which is the target; else as {@link combine}. It keeps latents in one place over all steps.
 */
export function combineInto(
  rec: Recorder,
  target: Tensor,
  terms: readonly Tensor[],
  coefficients: Tensor,
): void {
  if (terms.length > MAX_TERMS) {
    throw new RangeError(`combineInto: expected at most ${MAX_TERMS} terms, got ${terms.length}`);
  }
  record(rec, target, terms, coefficients, true);
}

function record(
  rec: Recorder,
  out: Tensor,
  terms: readonly Tensor[],
  coefficients: Tensor,
  inPlace: boolean,
  clamp?: number,
): void {
  const count = elementCount(out.shape);
  const needed = terms.length + (inPlace ? 1 : 0);
  if (coefficients.dtype !== 'f32' || elementCount(coefficients.shape) < needed) {
    throw new RangeError(
      `combine: expected ${needed} f32 coefficients, got ${coefficients.dtype} ${shapeText(coefficients.shape)}`,
    );
  }
  const odd = terms.find(({ shape }) => elementCount(shape) !== count);
  if (count === 0 || odd) {
    throw new RangeError(
      `combine: expected terms of ${count} > 0 elements, got ${shapeText((odd ?? out).shape)}`,
    );
  }
  const slots = TERM_TYPES.map((_, i) => terms[i]);
  const types = Object.fromEntries(TERM_TYPES.map((name, i) => [name, slots[i]?.dtype ?? 'f32']));
  const vectors = ceilDiv(count, 4);
  rec.dispatch({
    source: COMBINE,
    prelude: {
      types: { ...types, X: out.dtype },
      constants: { TERMS: terms.length, IN_PLACE: inPlace, HAS_LIMIT: clamp !== undefined },
    },
    inputs: [coefficients, ...slots],
    outputs: [out],
    params: [vectors, { f32: clamp ?? 0 }],
    workgroups: flatGrid(ceilDiv(vectors, 64)),
    flops: 2 * needed * count,
  });
}
