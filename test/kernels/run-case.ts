// One table a kernel: its variants, its shape sweep, its CPU twin. It drives the tests (case.ts) and `npm run kernel`.

import {
  byteLength,
  floatToHalf,
  halfToFloat,
  type DType,
  type Gpu,
  type Program,
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

/** A case's tolerance; f16 storage rounds inputs, output and whatever lies between. */
export function toleranceOf(kernel: KernelCase, precision: 'f32' | 'f16'): { atol: number; rtol: number } {
  return precision === 'f16' ? { atol: 2e-3, rtol: 4e-3 } : { atol: kernel.atol, rtol: kernel.rtol };
}

/** `{ m: 3, n: 5 }` as `m=3,n=5`. */
export function shapeName(shape: Shape): string {
  return Object.entries(shape)
    .map(([name, size]) => `${name}=${size}`)
    .join(',');
}

/** A case on the device, ready to run: `program.run()`, then `program.read('out')`. Dispose of it when done. */
export interface PreparedCase {
  readonly program: Program;
  /** The inputs as the GPU holds them (rounded to f16 where it stores f16). */
  readonly seen: Readonly<Record<string, Float32Array | Uint32Array>>;
  /** Bytes of the inputs and the output: the least that a run must move. */
  readonly bytes: number;
  dispose(): void;
}

/** Uploads the inputs of one shape and records one variant; undefined if it does not do that shape. */
export async function prepareCase(
  gpu: Gpu,
  kernel: KernelCase,
  shape: Shape,
  variant: string,
): Promise<PreparedCase | undefined> {
  const tensors: Record<string, Tensor & { buffer: GPUBuffer }> = {};
  const seen: Record<string, Float32Array | Uint32Array> = {};
  const rec = new Recorder(gpu, `${kernel.op} ${shapeName(shape)}`);
  const free = () => {
    for (const { buffer } of Object.values(tensors)) gpu.destroyBuffer(buffer);
  };
  try {
    for (const [name, input] of Object.entries(kernel.inputs(shape))) {
      const dtype = input.dtype ?? (input.data instanceof Uint32Array ? 'u32' : gpu.precision);
      seen[name] = dtype === 'f16' ? halfToFloat(floatToHalf(input.data)) : input.data;
      const { shape: dims, data } = input.upload ?? input;
      const bytes = dtype === 'f16' ? padHalf(floatToHalf(data)) : Float32Array.from(data);
      tensors[name] = gpu.createTensor(dims, dtype, name, dtype === 'u32' ? Uint32Array.from(data) : bytes);
    }
    const output = kernel.record(rec, shape, variant, tensors);
    if (!output) {
      free();
      return undefined;
    }
    rec.output('out', output);
    const program = await rec.finish();
    const dispose = () => {
      program.dispose();
      free();
    };
    const bytes = [...Object.values(tensors), output].reduce(
      (sum, tensor) => sum + byteLength(tensor.shape, tensor.dtype),
      0,
    );
    return { program, seen, bytes, dispose };
  } catch (error) {
    free();
    throw error;
  }
}

/** Runs one shape of one variant and returns what the GPU and the CPU twin give; undefined if it is not done. */
export async function runCase(
  gpu: Gpu,
  kernel: KernelCase,
  shape: Shape,
  variant: string,
): Promise<{ got: ArrayLike<number>; want: Float32Array } | undefined> {
  const prepared = await prepareCase(gpu, kernel, shape, variant);
  if (!prepared) return undefined;
  try {
    await prepared.program.run();
    return {
      got: await prepared.program.read('out'),
      want: kernel.reference(shape, prepared.seen, variant),
    };
  } finally {
    prepared.dispose();
  }
}

function padHalf(bits: Uint16Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  if (bits.length % 2 === 0) return bits;
  const padded = new Uint16Array(bits.length + 1);
  padded.set(bits);
  return padded;
}
