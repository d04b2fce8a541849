// Every kernel on what every WebGPU device has: no feature, 16 KiB of workgroup memory, 8 storage buffers a stage, bindings of
// 128 MiB.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { dawn } from '../../bin/dawn.ts';
import { Gpu } from '../../src/gpu/index.ts';
import { expectClose } from '../compare.ts';
import { runCase, shapeName, type KernelCase, type Shape } from './case.ts';
import { CASES } from './cases.ts';

let device: GPUDevice;
let gpu: Gpu;

beforeAll(async () => {
  device = await (await dawn().requestAdapter())!.requestDevice();
  gpu = await Gpu.create({ device, variants: 'hardware', precision: 'f32' });
  expect(gpu.features).toMatchObject({ f16: false, subgroups: false });
});

afterAll(() => {
  gpu.dispose();
  device.destroy();
});

/** Shapes of attention's own, for its sweep's middle would leave most of a tile empty. */
const SHAPES: Readonly<Record<string, Shape>> = {
  attention: { batch: 1, queries: 33, keys: 37, heads: 1, headDim: 40 },
};

/** Neither the least nor the largest. */
function middleShape(kernel: KernelCase): Shape {
  const bySize = [...kernel.shapes].sort((a, b) => kernel.flops(a) - kernel.flops(b));
  return SHAPES[kernel.op] ?? bySize[bySize.length >> 1]!;
}

for (const kernel of CASES) {
  const shape = middleShape(kernel);
  test(`${kernel.op}: ${shapeName(shape)}`, async () => {
    const before = new Set(gpu.liveBuffers());
    device.pushErrorScope('validation');
    let done = 0;
    // The choice of its own, too, where it has one.
    for (const variant of kernel.sd15 ? ['', ...kernel.variants] : kernel.variants) {
      const result = await runCase(gpu, kernel, shape, variant);
      if (!result) continue; // by subgroups, or of other sizes: the kernel's own test has those
      done += 1;
      const { atol, rtol } = kernel;
      expectClose(result.got, result.want, { atol, rtol, label: `${kernel.op} ${variant}` });
    }
    expect((await device.popErrorScope())?.message, 'validation error').toBeUndefined();
    expect(done).toBeGreaterThan(0);
    const leaked = gpu.liveBuffers().filter((label) => !before.has(label));
    expect(leaked, 'leaked buffers').toEqual([]);
  });
}
