// Linear layers: x · W + b with activation, GEGLU or residual in the epilogue.

import type { Activation } from './activation.ts';
import { gemm } from './gemm.ts';
import { elementCount, shapeText, type Recorder, type Tensor } from '../gpu/index.ts';

/** Parameters of a linear layer. For GEGLU, `outFeatures` counts values and gates: twice the output's channels. */
export interface LinearWeight {
  /** `[inFeatures, outFeatures]`, see {@link packLinear} and {@link packGeglu}. */
  readonly weight: Tensor;
  /** `[outFeatures]`. */
  readonly bias?: Tensor;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** Options of {@link linear}. */
export interface LinearOptions {
  readonly activation?: Activation;
  /** Halves the channels: value · gelu(gate) (diffusers' GEGLU). */
  readonly geglu?: boolean;
  /** `[..., N]`, added after the activation. */
  readonly residual?: Tensor;
  /** `[B, N]`, before the activation: row r adds row `floor(r * B / rows)`. */
  readonly rowBias?: Tensor;
  /** Default: the shape of `x` with its last side replaced. */
  readonly outShape?: readonly number[];
  readonly variant?: string;
  readonly label?: string;
}

/** torch's `[N, K]` to `[K, N]`. */
export function packLinear(torch: Float32Array, N: number, K: number): Float32Array<ArrayBuffer> {
  checkLength('packLinear', torch, N * K, `[${N}, ${K}]`);
  const packed = new Float32Array(N * K);
  for (let n = 0; n < N; n++) for (let k = 0; k < K; k++) packed[k * N + n] = torch[n * K + k]!;
  return packed;
}

/** torch's GEGLU `[2N, K]`, values before gates, to `[K, 2N]` with value and gate in alternate columns. */
export function packGeglu(torch: Float32Array, N: number, K: number): Float32Array<ArrayBuffer> {
  checkLength('packGeglu', torch, 2 * N * K, `[${2 * N}, ${K}]`);
  const packed = new Float32Array(2 * N * K);
  for (let n = 0; n < 2 * N; n++) {
    const column = n < N ? 2 * n : 2 * (n - N) + 1;
    for (let k = 0; k < K; k++) packed[k * 2 * N + column] = torch[n * K + k]!;
  }
  return packed;
}

/** torch's GEGLU bias `[2N]` in the order of {@link packGeglu}. */
export function packGegluBias(torch: Float32Array): Float32Array<ArrayBuffer> {
  return packGeglu(torch, torch.length / 2, 1);
}

/**
 * `activation(x · weight + bias) + residual`: x `[..., K]` to `[..., N]`, with GEGLU to `[..., N / 2]`.
 * Throws RangeError when the sizes don't fit.
 */
export function linear(rec: Recorder, x: Tensor, w: LinearWeight, o: LinearOptions = {}): Tensor {
  const { inFeatures, outFeatures } = w;
  const label = o.label ?? 'linear';
  if (x.shape.at(-1) !== inFeatures) {
    throw new RangeError(`${label}: expected x [..., ${inFeatures}], got ${shapeText(x.shape)}`);
  }
  return gemm(rec, {
    label,
    x,
    weight: w.weight,
    bias: w.bias,
    rows: elementCount(x.shape) / inFeatures,
    channels: inFeatures,
    columns: outFeatures,
    rowBias: o.rowBias,
    activation: o.activation,
    geglu: o.geglu,
    residuals: [o.residual],
    outShape: o.outShape ?? [...x.shape.slice(0, -1), o.geglu ? outFeatures / 2 : outFeatures],
    variant: o.variant,
  });
}

function checkLength(what: string, values: Float32Array, count: number, shape: string): void {
  if (values.length !== count) {
    throw new RangeError(`${what}: expected ${count} values ${shape}, got ${values.length}`);
  }
}
