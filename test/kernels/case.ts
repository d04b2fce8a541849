// One table a kernel: its variants, its shape sweep, its CPU twin. It drives the tests (`sweep`) and `npm run kernel`.

import { expectClose } from '../compare.ts';
import { gpuTest, hasF16 } from '../gpu.ts';
import {
  floatToHalf,
  halfToFloat,
  type DType,
  type Gpu,
  Recorder,
  type Tensor,
} from '../../src/gpu/index.ts';

/** Named sizes: `{ m: 64, n: 64, k: 64 }`. */
export type Shape = Readonly<Record<string, number>>;

/** An input of a case. `data` is what the CPU twin sees; `upload` what the GPU gets, when it is packed differently. */
export interface CaseInput {
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint32Array;
  readonly upload?: { readonly shape: readonly number[]; readonly data: Float32Array };
  /** Default: the lane's precision for Float32Array, u32 for Uint32Array. */
  readonly dtype?: DType;
}

/** Everything that is known of one kernel. */
export interface KernelCase {
  readonly op: string;
  /** The plainest first. */
  readonly variants: readonly string[];
  /** The sweep: 1, 3, primes, tile±1, large. */
  readonly shapes: readonly Shape[];
  inputs(shape: Shape): Readonly<Record<string, CaseInput>>;
  /** Records the operation. Returns undefined where `variant` does not do `shape`. */
  record(
    rec: Recorder,
    shape: Shape,
    variant: string,
    inputs: Readonly<Record<string, Tensor>>,
  ): Tensor | undefined;
  /** The slow, obvious CPU twin. `variant` matters only to cases whose variants are different functions. */
  reference(
    shape: Shape,
    inputs: Readonly<Record<string, Float32Array | Uint32Array>>,
    variant: string,
  ): Float32Array;
  flops(shape: Shape): number;
  readonly rtol: number;
  readonly atol: number;
}

/** `{ m: 3, n: 5 }` as `m=3,n=5`. */
export function shapeName(shape: Shape): string {
  return Object.entries(shape)
    .map(([name, size]) => `${name}=${size}`)
    .join(',');
}

/** Runs one shape of one variant and returns what the GPU and the CPU twin give; undefined if it is not done. */
export async function runCase(
  gpu: Gpu,
  kernel: KernelCase,
  shape: Shape,
  variant: string,
): Promise<{ got: ArrayLike<number>; want: Float32Array } | undefined> {
  const inputs = kernel.inputs(shape);
  const tensors: Record<string, Tensor & { buffer: GPUBuffer }> = {};
  const seen: Record<string, Float32Array | Uint32Array> = {};
  const rec = new Recorder(gpu, `${kernel.op} ${shapeName(shape)}`);
  try {
    for (const [name, input] of Object.entries(inputs)) {
      const dtype = input.dtype ?? (input.data instanceof Uint32Array ? 'u32' : gpu.precision);
      // The twin computes from the numbers that the GPU holds: inputs are rounded to f16 first where it stores f16.
      seen[name] = dtype === 'f16' ? halfToFloat(floatToHalf(input.data)) : input.data;
      const { shape: dims, data } = input.upload ?? input;
      const bytes = dtype === 'f16' ? padHalf(floatToHalf(data)) : Float32Array.from(data);
      tensors[name] = gpu.createTensor(dims, dtype, name, dtype === 'u32' ? Uint32Array.from(data) : bytes);
    }
    const output = kernel.record(rec, shape, variant, tensors);
    if (!output) return undefined;
    rec.output('out', output);
    using program = await rec.finish();
    await program.run();
    return { got: await program.read('out'), want: kernel.reference(shape, seen, variant) };
  } finally {
    for (const { buffer } of Object.values(tensors)) gpu.destroyBuffer(buffer);
  }
}

function padHalf(bits: Uint16Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  if (bits.length % 2 === 0) return bits;
  const padded = new Uint16Array(bits.length + 1);
  padded.set(bits);
  return padded;
}

/** Declares the tests of a kernel: every shape of every variant, in f32, and in f16 where the lane's adapter has it. */
export function sweep(kernel: KernelCase): void {
  for (const precision of hasF16 ? (['f32', 'f16'] as const) : (['f32'] as const)) {
    for (const variant of kernel.variants) {
      gpuTest(
        `${kernel.op} ${variant} ${precision}: ${kernel.shapes.length} shapes`,
        async (gpu) => {
          let done = 0;
          for (const shape of kernel.shapes) {
            const result = await runCase(gpu, kernel, shape, variant);
            if (!result) continue;
            done += 1;
            const slack =
              precision === 'f16' ? { atol: 2e-3, rtol: 4e-3 } : { atol: kernel.atol, rtol: kernel.rtol };
            expectClose(result.got, result.want, { ...slack, label: shapeName(shape) });
          }
          if (done === 0) throw new Error(`${kernel.op} ${variant} does none of the shapes`);
        },
        precision,
      );
    }
  }
}
