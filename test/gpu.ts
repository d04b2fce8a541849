// GPU tests: a device per file from Dawn for node, error scopes round every test, and a count of leaked buffers.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGpu } from '../bin/dawn.ts';
import type { Gpu } from '../src/gpu/index.ts';

let shared: Gpu | undefined;

beforeAll(async () => {
  shared = await createGpu({ precision: 'f32' });
});

afterAll(() => {
  shared?.dispose();
  shared = undefined;
});

/**
 * A test with a device. It fails on any validation error, on a failed device, and when a buffer made in it
 * outlives it. `precision: 'f16'` gives it a device of its own and runs only where the adapter has shader-f16
 * (lavapipe); which lanes have one is fixed by REFILM_ADAPTER, so nothing is skipped by accident. `variants` gives it a
 * device of its own too, on which kernels choose as for a CPU or a GPU.
 */
export function gpuTest(
  name: string,
  body: (gpu: Gpu) => Promise<void>,
  precision: 'f32' | 'f16' = 'f32',
  variants?: 'software' | 'hardware',
): void {
  test(name, async () => {
    const own = precision === 'f16' || variants !== undefined;
    const gpu = own ? await createGpu({ precision, ...(variants && { variants }) }) : shared!;
    const before = new Set(gpu.liveBuffers());
    gpu.device.pushErrorScope('validation');
    const failure = await body(gpu).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const invalid = await gpu.device.popErrorScope();
    const leaked = gpu.liveBuffers().filter((label) => !before.has(label));
    if (own) gpu.dispose();
    // The body's own error says most: a kernel that does not compile is a validation error too.
    if (failure) throw failure.error;
    expect(invalid?.message, 'validation error').toBeUndefined();
    expect(leaked, 'leaked buffers').toEqual([]);
    if (!own) gpu.throwIfFailed();
  });
}

/** Whether this lane's adapter stores f16: lavapipe does, SwiftShader does not. */
export const hasF16 = process.env['REFILM_ADAPTER'] === 'lavapipe';
