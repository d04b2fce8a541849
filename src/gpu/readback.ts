// GPU memory back to the CPU.

import type { Gpu } from './device.ts';
import { halfToFloat } from './half.ts';
import { byteLength, elementCount, type Tensor } from './tensor.ts';

/** Reads a tensor: f16 and f32 as Float32Array, u32 and i32 as they are. Rejects when the device is lost. */
export async function readTensor(
  gpu: Gpu,
  tensor: Tensor,
  range: GPUBufferBinding | undefined = tensor.buffer && { buffer: tensor.buffer },
): Promise<Float32Array | Uint32Array | Int32Array> {
  if (!range) throw new Error(`read: '${tensor.label}' has no memory of its own; declare it as an output`);
  const bytes = Math.ceil(byteLength(tensor.shape, tensor.dtype) / 4) * 4;
  const staging = gpu.createBuffer(
    bytes,
    GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    `read ${tensor.label}`,
  );
  try {
    const encoder = gpu.device.createCommandEncoder({ label: `read ${tensor.label}` });
    encoder.copyBufferToBuffer(range.buffer, range.offset ?? 0, staging, 0, bytes);
    await gpu.submit(encoder.finish());
    await gpu.orFailed(staging.mapAsync(GPUMapMode.READ));
    const copy = staging.getMappedRange().slice(0);
    staging.unmap();
    const count = elementCount(tensor.shape);
    switch (tensor.dtype) {
      case 'f32':
        return new Float32Array(copy, 0, count);
      case 'u32':
        return new Uint32Array(copy, 0, count);
      case 'i32':
        return new Int32Array(copy, 0, count);
      case 'f16':
        return halfToFloat(new Uint16Array(copy, 0, count));
    }
  } finally {
    gpu.destroyBuffer(staging);
  }
}
