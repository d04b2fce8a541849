// One table a kernel: its variants, its shapes, its CPU twin, what a shape costs. It drives the tests (case.ts), the
// benchmark (bench/measure.ts) and `npm run kernel`.

import {
  elementCount,
  floatToHalf,
  halfToFloat,
  type DType,
  type Gpu,
  type Program,
  Recorder,
  type Tensor,
} from '../../src/gpu/index.ts';
import { uniform } from '../random.ts';

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

/** The inputs of a twin, as the GPU holds them. */
export type Values = Readonly<Record<string, Float32Array | Uint32Array>>;

/** Everything that is known of one kernel. */
export interface KernelCase {
  readonly op: string;
  /** The plainest first. */
  readonly variants: readonly string[];
  /** The sweep: 1, 3, primes, tile±1, large. */
  readonly shapes: readonly Shape[];
  /** Where the bundled model spends its time: 8 frames of 128x128, both video evaluations as one batch. Timed. */
  readonly nano?: readonly Shape[];
  /** The cases of the peer benchmark. Timed. */
  readonly peers?: readonly Shape[];
  /**
   * One frame of 448x256 in Stable Diffusion 1.5: levels of 320 channels at 56x32, 640 at 28x16, 1280 at 14x8 and 7x4.
   * Outputs are compared at samples (`npm run kernel -- <op> --group sd15 --check`).
   */
  readonly sd15?: readonly Shape[];
  inputs(shape: Shape): Readonly<Record<string, CaseInput>>;
  /** Records the operation. Returns undefined where `variant` does not do `shape`; '' leaves the choice to kernels with `sd15`. */
  record(
    rec: Recorder,
    shape: Shape,
    variant: string,
    inputs: Readonly<Record<string, Tensor>>,
  ): Tensor | undefined;
  /** The slow, obvious CPU twin. `variant` matters only to cases whose variants are different functions. */
  reference(shape: Shape, inputs: Values, variant: string): Float32Array;
  /** The same at some elements of the output, where the whole takes long. */
  referenceAt?(shape: Shape, inputs: Values, indices: readonly number[]): Float32Array;
  flops(shape: Shape): number;
  /** The least that a run must move: inputs and output once, `size` bytes a number that has the lane's precision. */
  bytes(shape: Shape, size: 2 | 4): number;
  readonly rtol: number;
  readonly atol: number;
}

/** A twin that gives one element of the output at a time. */
export interface ElementTwin {
  /** Elements of the output. */
  readonly count: number;
  readonly at: (index: number) => number;
}

/** Both forms of a reference from one twin. */
export function byElement(
  twin: (shape: Shape, inputs: Values) => ElementTwin,
): Required<Pick<KernelCase, 'reference' | 'referenceAt'>> {
  return {
    reference(shape, inputs) {
      const { count, at } = twin(shape, inputs);
      return Float32Array.from({ length: count }, (_, i) => at(i));
    },
    referenceAt(shape, inputs, indices) {
      const { at } = twin(shape, inputs);
      return Float32Array.from(indices, (i) => at(i));
    },
  };
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
  readonly seen: Values;
  readonly outputShape: readonly number[];
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
    return { program, seen, outputShape: output.shape, dispose };
  } catch (error) {
    free();
    throw error;
  }
}

/** Which elements of an output are compared: all, or its corners and 64 more, picked at random. */
export type Compared = 'all' | 'samples';

/** Runs a prepared case; what the GPU and the CPU twin give. */
export async function evaluateCase(
  { program, seen, outputShape }: PreparedCase,
  kernel: KernelCase,
  shape: Shape,
  variant: string,
  compared: Compared = 'all',
): Promise<{ got: ArrayLike<number>; want: Float32Array }> {
  await program.run();
  const got = await program.read('out');
  if (compared === 'all') return { got, want: kernel.reference(shape, seen, variant) };
  const indices = sampled(outputShape);
  const pick = (from: ArrayLike<number>) => Float32Array.from(indices, (i) => from[i]!);
  const want = kernel.referenceAt?.(shape, seen, indices) ?? pick(kernel.reference(shape, seen, variant));
  return { got: pick(got), want };
}

/** Runs one shape of one variant and returns what the GPU and the CPU twin give; undefined if it is not done. */
export async function runCase(
  gpu: Gpu,
  kernel: KernelCase,
  shape: Shape,
  variant: string,
  compared: Compared = 'all',
): Promise<{ got: ArrayLike<number>; want: Float32Array } | undefined> {
  const prepared = await prepareCase(gpu, kernel, shape, variant);
  if (!prepared) return undefined;
  try {
    return await evaluateCase(prepared, kernel, shape, variant, compared);
  } finally {
    prepared.dispose();
  }
}

// Both ends of every axis in all combinations, then random elements.
function sampled(shape: readonly number[]): number[] {
  const corners = shape.reduce<number[]>(
    (places, side) => places.flatMap((at) => [at * side, at * side + side - 1]),
    [0],
  );
  const count = elementCount(shape);
  const next = uniform(7);
  return [...new Set(corners), ...Array.from({ length: 64 }, () => Math.floor(next() * count))];
}

function padHalf(bits: Uint16Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  if (bits.length % 2 === 0) return bits;
  const padded = new Uint16Array(bits.length + 1);
  padded.set(bits);
  return padded;
}
