import { doesGemm, GEMM_VARIANTS } from '../../src/kernels/gemm_variants.ts';
import { linear, packGeglu, packGegluBias, packLinear } from '../../src/kernels/matmul.ts';
import { randomArray, randomWeights } from '../random.ts';
import { activationReference } from './activation.case.ts';
import { byElement, type KernelCase } from './run-case.ts';

const ACTIVATIONS = ['none', 'silu', 'gelu', 'quick_gelu', 'relu'] as const;

/** Every kernel (`matrix`, which few adapters have, in gemm_matrix.gpu.test.ts) and some that split their sums. */
const SWEPT_VARIANTS = [
  ...GEMM_VARIANTS.filter((name) => name !== 'matrix'),
  ...['register/3', 'tile/2', 'subgroup/5'],
];

/**
 * Rows m, inputs k, outputs n. `activation` is an index of ACTIVATIONS; `geglu`, `residual`, `bias` are 0 or 1;
 * `rowBias` is the number of its rows. The weights stay in torch's order for the twin.
 */
export const linearCase: KernelCase = {
  op: 'linear',
  variants: SWEPT_VARIANTS,
  shapes: [
    { m: 1, k: 1, n: 1 },
    { m: 3, k: 5, n: 7, bias: 1, activation: 1 },
    { m: 13, k: 52, n: 44, bias: 1, residual: 1, activation: 2 },
    { m: 31, k: 64, n: 64, bias: 1, activation: 3 },
    { m: 65, k: 36, n: 129, residual: 1 },
    { m: 64, k: 128, n: 68, bias: 1, rowBias: 4, activation: 4 },
    { m: 257, k: 19, n: 12, bias: 1, rowBias: 257 },
    { m: 9, k: 24, n: 32, bias: 1, geglu: 1 },
    { m: 17, k: 10, n: 12, bias: 1, geglu: 1, residual: 1 },
    { m: 5, k: 7, n: 6, geglu: 1 },
    { m: 520, k: 160, n: 160, bias: 1 },
  ],
  nano: [
    { m: 1024, k: 64, n: 192 },
    { m: 1024, k: 64, n: 256, bias: 1, geglu: 1 },
    { m: 256, k: 128, n: 128, bias: 1, residual: 1 },
  ],
  peers: [
    { m: 512, k: 512, n: 512 },
    { m: 1024, k: 1024, n: 1024 },
    { m: 1024, k: 320, n: 2560 },
  ],
  sd15: [
    { m: 1, k: 320, n: 1280, bias: 1, activation: 1 },
    { m: 77, k: 768, n: 640 },
    { m: 448, k: 640, n: 640, bias: 1, residual: 1 },
    { m: 28, k: 1280, n: 3840 },
    { m: 1792, k: 320, n: 960 },
    { m: 1792, k: 320, n: 2560, bias: 1, geglu: 1 },
    { m: 448, k: 2560, n: 640, bias: 1, residual: 1 },
    { m: 112, k: 1280, n: 10240, bias: 1, geglu: 1 },
    { m: 112, k: 5120, n: 1280, bias: 1, residual: 1 },
  ],
  inputs({ m = 0, k = 0, n = 0, bias = 0, geglu = 0, residual = 0, rowBias = 0 }) {
    const weight = randomWeights(n * k, k, 2);
    const biases = randomArray(n, 3);
    const size = geglu ? n / 2 : n;
    return {
      x: { shape: [m, k], data: randomArray(m * k, 1) },
      weight: {
        shape: [n, k],
        data: weight,
        upload: { shape: [k, n], data: geglu ? packGeglu(weight, n / 2, k) : packLinear(weight, n, k) },
      },
      ...(bias && {
        bias: {
          shape: [n],
          data: biases,
          upload: { shape: [n], data: geglu ? packGegluBias(biases) : biases },
        },
      }),
      ...(residual && { residual: { shape: [m, size], data: randomArray(m * size, 4) } }),
      ...(rowBias && { rowBias: { shape: [rowBias, n], data: randomArray(rowBias * n, 5) } }),
    };
  },
  record(rec, { k = 0, n = 0, geglu = 0, activation = 0 }, variant, { x, weight, bias, residual, rowBias }) {
    const sizes = { channels: k, columns: n, geglu: geglu === 1, half: rec.precision === 'f16' };
    if (variant && !doesGemm(rec.gpu, variant, sizes)) return undefined;
    return linear(
      rec,
      x!,
      { weight: weight!, inFeatures: k, outFeatures: n, ...(bias && { bias }) },
      {
        activation: ACTIVATIONS[activation]!,
        geglu: geglu === 1,
        ...(variant && { variant }),
        ...(residual && { residual }),
        ...(rowBias && { rowBias }),
      },
    );
  },
  ...byElement(({ m = 0, k = 0, n = 0, geglu = 0, activation = 0 }, inputs) => {
    const { x, weight, bias, residual, rowBias } = inputs;
    const product = (row: number, column: number) => {
      let sum = bias ? bias[column]! : 0;
      if (rowBias) sum += rowBias[Math.floor((row * rowBias.length) / n / m) * n + column]!;
      for (let i = 0; i < k; i++) sum += x![row * k + i]! * weight![column * k + i]!;
      return sum;
    };
    const size = geglu ? n / 2 : n;
    const at = (i: number) => {
      const row = Math.floor(i / size);
      const column = i % size;
      const value = geglu
        ? product(row, column) * activationReference(product(row, column + size), 'gelu')
        : activationReference(product(row, column), ACTIVATIONS[activation]!);
      return value + (residual ? residual[i]! : 0);
    };
    return { count: m * size, at };
  }),
  flops: ({ m = 0, k = 0, n = 0 }) => 2 * m * k * n,
  bytes: ({ m = 0, k = 0, n = 0, bias = 0, geglu = 0, residual = 0, rowBias = 0 }, size) =>
    size * (m * k + k * n + (bias + rowBias) * n + (1 + residual) * m * (geglu ? n / 2 : n)),
  rtol: 1e-4,
  atol: 2e-5,
};
