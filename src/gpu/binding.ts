// How a recorded dispatch becomes a step: its bind group, and its params among those of all dispatches.

import type { Gpu } from './device.ts';
import type { Kernel } from './pipelines.ts';
import type { Step } from './program.ts';
import type { Dispatch } from './dispatch.ts';
import { byteLength, type Tensor } from './tensor.ts';

/** A dispatch with its pipeline and resources. */
export function boundStep(
  gpu: Gpu,
  dispatch: Dispatch,
  { pipeline, layout }: Kernel,
  resources: readonly GPUBufferBinding[],
  uniform: GPUBufferBinding | undefined,
): Step {
  const entries = resources.map((resource, i): GPUBindGroupEntry => ({ binding: 1 + i, resource }));
  if (uniform) entries.push({ binding: 0, resource: uniform });
  const label = dispatch.label ?? dispatch.source.name;
  const [x, y = 1, z = 1] = dispatch.workgroups;
  const bindGroup = gpu.device.createBindGroup({ layout, entries, label });
  return { pipeline, bindGroup, workgroups: [x, y, z], label, flops: dispatch.flops ?? 0 };
}

/** All dispatches' params in one buffer, each at an offset that a binding may have; undefined for those without. */
export function packParams(
  dispatches: readonly Dispatch[],
  alignment: number,
): { bytes: Uint8Array<ArrayBuffer>; offsets: (number | undefined)[] } {
  let size = 0;
  const offsets = dispatches.map(({ params }) => {
    if (params === undefined) return undefined;
    const offset = size;
    size = offset + Math.ceil((Math.ceil(params.length / 4) * 16) / alignment) * alignment;
    return offset;
  });
  const view = new DataView(new ArrayBuffer(Math.max(size, alignment)));
  for (const [i, { params }] of dispatches.entries()) {
    for (const [j, value] of (params ?? []).entries()) {
      if (typeof value === 'object') view.setFloat32(offsets[i]! + 4 * j, value.f32, true);
      else view.setUint32(offsets[i]! + 4 * j, value, true);
    }
  }
  return { bytes: new Uint8Array(view.buffer), offsets };
}

/** Bindings are whole vec4: the planner's 256-byte granularity leaves the room. */
export function bindingBytes({ shape, dtype }: Tensor): number {
  return Math.max(16, Math.ceil(byteLength(shape, dtype) / 16) * 16);
}
