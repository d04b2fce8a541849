// What a network records on a device that computes nothing: its list of dispatches, for any size, in milliseconds.

import { globals } from 'webgpu';
import { type Dispatch, Gpu, type GpuOptions, Recorder } from '../src/gpu/index.ts';

Object.assign(globalThis, globals);

/** What a desktop GPU typically offers beyond WebGPU's defaults. */
const LIMITS = {
  maxBufferSize: 4 * 2 ** 30,
  maxStorageBufferBindingSize: 2 * 2 ** 30,
  maxStorageBuffersPerShaderStage: 10,
  maxComputeWorkgroupStorageSize: 32768,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupSizeX: 1024,
  maxComputeWorkgroupSizeY: 1024,
  maxComputeWorkgroupsPerDimension: 65535,
  minUniformBufferOffsetAlignment: 256,
  minStorageBufferOffsetAlignment: 256,
};

/** A `Gpu` of the kind that kernels choose their variants for; it can be recorded for, not run. */
export function paperGpu(options: Omit<GpuOptions, 'device' | 'gpu'> = {}): Promise<Gpu> {
  const device = {
    limits: LIMITS,
    features: new Set(['shader-f16', 'subgroups', 'timestamp-query']),
    adapterInfo: {
      ...{ vendor: 'none', architecture: 'paper', device: '', description: '', isFallbackAdapter: false },
      ...{ subgroupMinSize: 32, subgroupMaxSize: 32 },
    },
    lost: new Promise(() => undefined),
    addEventListener: () => undefined,
    createBuffer: ({ size, label }: GPUBufferDescriptor) => ({ size, label, destroy: () => undefined }),
    queue: { writeBuffer: () => undefined },
    pushErrorScope: () => undefined,
    popErrorScope: () => Promise.resolve(null),
    createShaderModule: () => ({}),
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createComputePipelineAsync: () => Promise.resolve({}),
    destroy: () => undefined,
  };
  return Gpu.create({ ...options, device: device as unknown as GPUDevice });
}

/** A recorder whose dispatches can be read. */
export class Listing extends Recorder {
  readonly dispatches: Dispatch[] = [];

  override dispatch(dispatch: Dispatch): void {
    super.dispatch(dispatch);
    this.dispatches.push(dispatch);
  }
}
