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

/** A device on it. */
export function createGpu(options: GpuOptions = {}): Promise<Gpu> {
  return Gpu.create({ gpu: dawn(), ...options });
}
