// WebGPU in node: Dawn on the Vulkan driver that REFILM_ADAPTER chose (bin/chromium-package.mjs).

import { create, globals } from 'webgpu';
import { Gpu, type GpuOptions } from '../src/gpu/index.ts';

Object.assign(globalThis, globals);

/** Dawn's entry point must stay referenced: when it is collected, the process dies. */
const keepAlive = globalThis as unknown as { dawn?: GPU };

/** Dawn's `navigator.gpu`. */
export function dawn(): GPU {
  return (keepAlive.dawn ??= create(['enable-dawn-features=allow_unsafe_apis']));
}

/**
 * A device on it. REFILM_VARIANTS=hardware takes a GPU's kernel variants on these CPUs: slower, and the only way to run
 * them where there is no GPU.
 */
export function createGpu(options: GpuOptions = {}): Promise<Gpu> {
  const wanted = process.env['REFILM_VARIANTS'];
  if (wanted !== undefined && wanted !== 'software' && wanted !== 'hardware') {
    throw new RangeError(`REFILM_VARIANTS must be software or hardware, got '${wanted}'.`);
  }
  return Gpu.create({ gpu: dawn(), ...(wanted && { variants: wanted }), ...options });
}
