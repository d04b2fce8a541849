// gemm_tile_matrix: compiled for every configuration that adapters are known to have, and run where the adapter has one.

import { create } from 'webgpu';
import { expect, test } from 'vitest';
import { Gpu, type MatrixConfig } from '../../src/gpu/index.ts';
import { expectClose } from '../compare.ts';
import { gpuTest, hasF16 } from '../gpu.ts';
import { conv2dCase } from './conv2d.case.ts';
import { linearCase } from './matmul.case.ts';
import { prepareCase, runCase, shapeName, toleranceOf } from './run-case.ts';

/** Components, M, N, K: Apple, Intel, NVIDIA and AMD; sums in f32. */
const CONFIGS = [
  ['f32', 8, 8, 8],
  ['f16', 8, 8, 8],
  ['f16', 8, 16, 16],
  ['f16', 16, 16, 16],
] as const;

const LINEAR = [
  { m: 13, k: 52, n: 44, bias: 1, residual: 1, activation: 2 },
  { m: 9, k: 24, n: 32, bias: 1, geglu: 1 },
  { m: 130, k: 160, n: 192, rowBias: 2 },
];
const CONV = [
  { n: 4, h: 5, w: 6, cin: 8, cout: 20, bias: 1, channelBias: 2, activation: 4 },
  { n: 2, h: 5, w: 3, cin: 8, cout: 8, uh: 10, uw: 6, bias: 1 },
];

/** Dawn's null backend validates everything and computes nothing. */
async function nullGpu(config: MatrixConfig): Promise<Gpu> {
  const gpu = await Gpu.create({
    gpu: nullBackend,
    precision: config.componentType === 'f16' ? 'f16' : 'f32',
  });
  return Object.assign(gpu, { matrixConfigs: [config] });
}

const nullBackend = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);

for (const [componentType, M, N, K] of CONFIGS) {
  test(`matrices of ${componentType} ${M}x${N}x${K} are valid`, async () => {
    const gpu = await nullGpu({ componentType, resultComponentType: 'f32', M, N, K });
    try {
      for (const variant of ['matrix', 'matrix/2']) {
        for (const [kernel, shapes] of [
          [linearCase, LINEAR],
          [conv2dCase, CONV],
        ] as const) {
          for (const shape of shapes) (await prepareCase(gpu, kernel, shape, variant))!.dispose();
        }
      }
      gpu.throwIfFailed();
      expect(gpu.pipelines.size).toBeGreaterThan(6);
    } finally {
      gpu.dispose();
    }
  });
}

for (const precision of hasF16 ? (['f32', 'f16'] as const) : (['f32'] as const)) {
  gpuTest(
    `matrices multiply where the adapter has them in ${precision}, and are refused by name where not`,
    async (gpu) => {
      for (const [kernel, shapes] of [
        [linearCase, LINEAR],
        [conv2dCase, CONV],
      ] as const) {
        for (const shape of shapes) {
          const result = await runCase(gpu, kernel, shape, 'matrix');
          if (gpu.matrixConfigs.length === 0) expect(result).toBeUndefined();
          if (!result) continue;
          const tolerance = toleranceOf(kernel, precision);
          expectClose(result.got, result.want, { ...tolerance, label: shapeName(shape) });
        }
      }
    },
    precision,
  );
}
