// Where a program's time goes, kernel by kernel, by timestamp queries.

import type { Gpu } from './device.ts';
import { encodeStep, type Program } from './program.ts';

/** Time of all dispatches of one label in one run. */
export interface ProfileRow {
  readonly label: string;
  readonly dispatches: number;
  readonly ms: number;
  /** 10^9 floating point operations per second, 0 when the kernel gave no estimate. */
  readonly gflops: number;
}

/** Queries per set; the WebGPU limit is 4096. */
const QUERIES = 256;

/**
 * Runs `program` once, one pass a dispatch, and returns the time by label, longest first. `nameOf` groups labels.
 * Throws when the device has no `timestamp-query`.
 */
export async function profile(
  program: Program,
  nameOf: (label: string) => string = (label) => label.slice(label.lastIndexOf('.') + 1),
): Promise<ProfileRow[]> {
  const { gpu } = program;
  if (!gpu.features.timestamps) throw new Error('profile: this device has no timestamp-query');
  const totals = new Map<string, { dispatches: number; ms: number; flops: number }>();
  const all = await program.steps();
  for (let start = 0; start < all.length; start += QUERIES / 2) {
    const steps = all.slice(start, start + QUERIES / 2);
    const times = await timed(gpu, (encoder, querySet) => {
      for (const [i, step] of steps.entries()) {
        const pass = encoder.beginComputePass({
          timestampWrites: { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 },
        });
        encodeStep(pass, step);
        pass.end();
      }
    });
    for (const [i, step] of steps.entries()) {
      const name = nameOf(step.label);
      const total = totals.get(name) ?? { dispatches: 0, ms: 0, flops: 0 };
      total.dispatches += 1;
      total.ms += Number(times[2 * i + 1]! - times[2 * i]!) / 1e6;
      total.flops += step.flops;
      totals.set(name, total);
    }
  }
  return [...totals]
    .map(([label, { dispatches, ms, flops }]) => ({
      label,
      dispatches,
      ms,
      gflops: ms > 0 ? flops / ms / 1e6 : 0,
    }))
    .sort((a, b) => b.ms - a.ms);
}

async function timed(
  gpu: Gpu,
  encode: (encoder: GPUCommandEncoder, querySet: GPUQuerySet) => void,
): Promise<BigUint64Array> {
  const querySet = gpu.device.createQuerySet({ type: 'timestamp', count: QUERIES });
  const resolved = gpu.createBuffer(
    QUERIES * 8,
    GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    'timestamps',
  );
  const staging = gpu.createBuffer(
    QUERIES * 8,
    GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    'read timestamps',
  );
  try {
    const encoder = gpu.device.createCommandEncoder({ label: 'profile' });
    encode(encoder, querySet);
    encoder.resolveQuerySet(querySet, 0, QUERIES, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, QUERIES * 8);
    await gpu.submit(encoder.finish());
    await gpu.orFailed(staging.mapAsync(GPUMapMode.READ));
    return new BigUint64Array(staging.getMappedRange().slice(0));
  } finally {
    querySet.destroy();
    gpu.destroyBuffer(resolved);
    gpu.destroyBuffer(staging);
  }
}
