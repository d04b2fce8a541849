// The host side of epilogue.wgsl: what follows a sum of products, in gemm and in Winograd's output transform.

import { activationConstant, activationSource, type Activation } from './activation.ts';
import epilogueWgsl from './epilogue.wgsl?raw';
import lanes1Wgsl from './lanes_1.wgsl?raw';
import lanes4Wgsl from './lanes_4.wgsl?raw';
import { elementCount, shapeText, type DType, type Tensor } from '../gpu/index.ts';

/** `activation(sum + bias + rowBias) + residuals`. */
export interface Epilogue {
  /** `[columns]`. */
  readonly bias?: Tensor | undefined;
  /** `[B, columns]`: row r adds `floor(r * B / rows)`. */
  readonly rowBias?: Tensor | undefined;
  readonly activation?: Activation | undefined;
  /** At most two, of the output's size; added after the activation. */
  readonly residuals?: readonly (Tensor | undefined)[];
}

/** Text to append to a kernel that ends in an epilogue, for columns one by one and in fours. */
export const epilogueSource: Readonly<Record<1 | 4, string>> = {
  1: [epilogueWgsl, lanes1Wgsl, activationSource].join('\n'),
  4: [epilogueWgsl, lanes4Wgsl, activationSource].join('\n'),
};

/** An epilogue as a dispatch wants it. */
export interface BoundEpilogue {
  /** Bias, row bias, residual, second residual. */
  readonly inputs: readonly (Tensor | undefined)[];
  readonly rowsPerBias: number;
  /** Which of the inputs are there, a bit each. */
  readonly terms: number;
  /** Of the prelude. */
  readonly constants: Readonly<Record<string, number | boolean>>;
}

/** Checks an epilogue of `rows` by `columns` sums that become `out`. Throws RangeError when a tensor does not fit. */
export function bindEpilogue(
  label: string,
  { bias, rowBias, activation, residuals = [] }: Epilogue,
  { rows, columns, weightType, out }: { rows: number; columns: number; weightType: DType; out: Tensor },
): BoundEpilogue {
  const [residual, residual2] = residuals.filter((tensor) => tensor !== undefined);
  const count = elementCount(out.shape);
  expectElements(label, 'biases', bias, columns, weightType);
  expectElements(label, 'a residual', residual, count, out.dtype);
  expectElements(label, 'a residual', residual2, count, out.dtype);
  const batch = rowBias?.shape[0] ?? rows;
  expectElements(label, `row biases [B, ${columns}]`, rowBias, batch * columns, out.dtype);
  if (rows % batch !== 0) throw new RangeError(`${label}: ${rows} rows don't share ${batch} row biases`);
  const inputs = [bias, rowBias, residual, residual2];
  const terms = inputs.reduce((bits, term, i) => bits + (term ? 2 ** i : 0), 0);
  const constants = { ACTIVATION: activationConstant(activation), HAS_TERMS: terms !== 0 };
  return { inputs, rowsPerBias: rows / batch, terms, constants };
}

/** Throws RangeError unless `tensor`, if there is one, has so many elements of that type. */
export function expectElements(
  label: string,
  what: string,
  tensor: Tensor | undefined,
  count: number,
  dtype?: DType,
): void {
  if (!tensor) return;
  if (elementCount(tensor.shape) !== count || (dtype !== undefined && tensor.dtype !== dtype)) {
    throw new RangeError(
      `${label}: expected ${what} of ${count} elements${dtype ? ` ${dtype}` : ''}, got ${shapeText(tensor.shape)} ${tensor.dtype}`,
    );
  }
}
