// What a product does at the edges: nothing to do, numbers that are none, grids and tensors beyond a device's limits, and
// a device that has only what WebGPU guarantees.

import { expect, test } from 'vitest';
import { dawn } from '../../bin/dawn.ts';
import { Gpu, OutOfMemoryError, Recorder, type Tensor } from '../../src/gpu/index.ts';
import { conv2d } from '../../src/kernels/conv2d.ts';
import { doesGemm, gemmCandidates } from '../../src/kernels/gemm_variants.ts';
import { linear, type LinearOptions } from '../../src/kernels/matmul.ts';
import { expectClose } from '../compare.ts';
import { gpuTest } from '../gpu.ts';
import { randomArray } from '../random.ts';

/** x `[m, k]` times weight `[k, n]`. */
async function multiply(
  gpu: Gpu,
  [m, k, n]: readonly [m: number, k: number, n: number],
  x: Float32Array<ArrayBuffer>,
  weight: Float32Array<ArrayBuffer>,
  options: LinearOptions = {},
): Promise<ArrayLike<number>> {
  const tensors = [
    gpu.createTensor([m, k], 'f32', 'x', x),
    gpu.createTensor([k, n], 'f32', 'w', weight),
  ] as const;
  const rec = new Recorder(gpu, 'product');
  rec.output('out', linear(rec, tensors[0], { weight: tensors[1], inFeatures: k, outFeatures: n }, options));
  const program = await rec.finish();
  try {
    await program.run();
    return await program.read('out');
  } finally {
    program.dispose();
    for (const { buffer } of tensors) gpu.destroyBuffer(buffer);
  }
}

function product([m, k, n]: readonly [m: number, k: number, n: number], x: Float32Array, w: Float32Array) {
  return Float32Array.from({ length: m * n }, (_, at) => {
    const row = Math.floor(at / n);
    let sum = 0;
    for (let i = 0; i < k; i++) sum += x[row * k + i]! * w[i * n + (at % n)]!;
    return sum;
  });
}

gpuTest('no rows, no frames and unknown variants are refused by name', async (gpu) => {
  const rec = new Recorder(gpu, 'edges');
  const tensor = (...shape: number[]): Tensor => rec.tensor(shape, 'f32', 'some');
  const weight = { weight: tensor(8, 8), inFeatures: 8, outFeatures: 8 };
  expect(() => linear(rec, tensor(0, 8), weight)).toThrow(/linear: nothing to do for 0 rows/);
  const conv = { weight: tensor(72, 8), inChannels: 8, outChannels: 8, kernel: [3, 3] } as const;
  expect(() => conv2d(rec, tensor(0, 4, 4, 8), conv)).toThrow(/conv2d 3x3: nothing to do for 0 rows/);
  for (const variant of ['fast', 'plain/2', 'tile/0', 'tile/x']) {
    expect(() => linear(rec, tensor(2, 8), weight, { variant })).toThrow(`no variant '${variant}'`);
  }
  const odd = { weight: tensor(7, 8), inFeatures: 7, outFeatures: 8 };
  expect(() => linear(rec, tensor(2, 7), odd, { variant: 'tile' })).toThrow(/channels in fours, got 7 to 8/);
  await Promise.resolve();
});

for (const variant of ['plain', 'register', 'subgroup', 'tile', 'tile/2']) {
  gpuTest(`${variant}: NaN and infinities go where IEEE sends them, and no further`, async (gpu) => {
    const size = [9, 32, 8] as const;
    const x = randomArray(9 * 32, 1);
    const weight = randomArray(32 * 8, 2);
    x[3 * 32 + 5] = NaN;
    x[4 * 32 + 31] = Infinity;
    weight[7 * 8 + 6] = -Infinity;
    const got = await multiply(gpu, size, x, weight, { variant });
    const want = product(size, x, weight);
    for (const [i, value] of want.entries()) {
      const row = Math.floor(i / 8);
      if (Number.isFinite(value)) expect(Math.abs(got[i]! - value), `element ${i}`).toBeLessThan(1e-4);
      else expect(got[i], `row ${row} column ${i % 8}`).toBe(value);
    }
  });
}

gpuTest('65,537 workgroups are split over two sides of the grid', async (gpu) => {
  const size = [8 * 65536 + 3, 1, 1] as const;
  const x = Float32Array.from({ length: size[0] }, (_, row) => row % 1000);
  const got = await multiply(gpu, size, x, Float32Array.of(3), { variant: 'subgroup' });
  for (const [row, value] of x.entries())
    if (got[row] !== 3 * value) expect(got[row], `row ${row}`).toBe(3 * value);
  expect(got.length).toBe(size[0]);
});

/** What every WebGPU device has: no feature, 16 KiB of workgroup memory, 8 storage buffers, bindings of 128 MiB. */
async function bareGpu(variants: 'software' | 'hardware'): Promise<Gpu> {
  const adapter = await dawn().requestAdapter();
  const device = await adapter!.requestDevice();
  return Gpu.create({ device, variants });
}

for (const variants of ['software', 'hardware'] as const) {
  test(`a device of no features and the least limits multiplies (${variants})`, async () => {
    const gpu = await bareGpu(variants);
    try {
      expect(gpu.features).toMatchObject({ f16: false, subgroups: false });
      for (const size of [
        [5, 7, 3],
        [40, 640, 64],
        [300, 32, 320],
      ] as const) {
        const [m, k, n] = size;
        const x = randomArray(m * k, 1);
        const weight = randomArray(k * n, 2);
        const want = product(size, x, weight);
        const sizes = { rows: m, channels: k, columns: n };
        for (const variant of gemmCandidates(gpu, sizes)) {
          const label = `${variant} ${size.join('x')}`;
          expectClose(await multiply(gpu, size, x, weight, { variant }), want, {
            atol: 2e-5 * Math.sqrt(k),
            rtol: 1e-4,
            label,
          });
        }
        expect(doesGemm(gpu, 'subgroup', sizes)).toBe(false);
        expect(doesGemm(gpu, 'matrix', sizes)).toBe(false);
      }
      gpu.throwIfFailed();
      const rec = new Recorder(gpu, 'large');
      const inputs = {
        x: rec.tensor([1024, 1], 'f32', 'x'),
        weight: rec.tensor([1, 40000], 'f32', 'weight'),
      };
      const large = () => linear(rec, inputs.x, { weight: inputs.weight, inFeatures: 1, outFeatures: 40000 });
      expect(large).toThrow(OutOfMemoryError);
      expect(large).toThrow(/linear needs 163840000 bytes/);
    } finally {
      gpu.device.destroy();
      gpu.dispose();
    }
  });
}

test('what is taken unmeasured depends on the sizes', async () => {
  const gpu = await bareGpu('hardware');
  const first = (rows: number, channels: number, columns: number) =>
    gemmCandidates(gpu, { rows, channels, columns })[0];
  try {
    expect(first(4096, 320, 320)).toBe('tile');
    expect(first(64, 1280, 1280)).toBe('tile32/4');
    expect(first(64, 64, 1280)).toBe('tile32');
    expect(first(4096, 4, 320)).toBe('register');
    expect(first(16, 3, 8)).toBe('register4');
  } finally {
    gpu.device.destroy();
    gpu.dispose();
  }
});

test('on a CPU the tall tile is for large and wide products, and subgroups for columns that fill them', () => {
  const first = (rows: number, channels: number, columns: number, subgroups = true) => {
    const info = { subgroupMinSize: 4, subgroupMaxSize: 4 };
    const gpu = { variants: 'software', features: { subgroups }, info, matrixConfigs: [] };
    return gemmCandidates(gpu as unknown as Gpu, { rows, channels, columns })[0];
  };
  expect(first(512, 512, 512)).toBe('subgroup_tall');
  expect(first(512, 512, 508)).toBe('subgroup');
  expect(first(2 ** 20, 512, 128)).toBe('subgroup');
  expect(first(4, 2048, 2048)).toBe('subgroup4');
  expect(first(4096, 32, 8)).toBe('subgroup');
  expect(first(4096, 32, 7)).toBe('register');
  expect(first(512, 512, 512, false)).toBe('register');
});
