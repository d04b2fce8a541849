// One weights file on the GPU: tensors are declared while a network is built, then filled by streaming the file once.
// Shapes are checked against the file's header at declaration, so a foreign file is refused before a byte is loaded.

import { floatToHalf, type Gpu, type Precision, shapeText, type Tensor } from '../gpu/index.ts';
import { type DType, toFloat32 } from './dtype.ts';
import { WeightsError } from './errors.ts';
import { missingTensor, type TensorReader } from './safetensors.ts';
import type { ReadOptions } from './source.ts';

/** Options of `Parameters.load`. */
export interface LoadOptions extends ReadOptions {
  /** Called after every tensor with the bytes of weights on the GPU so far, and in all. */
  readonly onProgress?: ((loaded: number, total: number) => void) | undefined;
}

/** A tensor with memory of its own. */
export type BufferTensor = Tensor & { readonly buffer: GPUBuffer };

/** Makes the numbers of a tensor on the GPU of those of the file's tensors. */
export type Pack = (parts: readonly Float32Array[]) => Float32Array;

/** One tensor on the GPU and the file's tensors that it is packed from. */
interface Slot {
  readonly target: BufferTensor;
  readonly parts: readonly string[];
  readonly arrived: Map<string, Float32Array>;
  readonly pack: Pack;
}

/** The tensors of one weights file that a network takes. */
export class WeightStore {
  readonly #slots: Slot[] = [];

  /**
   * Without a `file` whatever is declared is there, zero. `aliases` gives further names under which older files keep a
   * tensor, tried in order after the name itself.
   */
  constructor(
    readonly gpu: Gpu,
    private readonly file?: TensorReader,
    private readonly aliases?: (name: string) => readonly string[],
  ) {}

  /** Whether the file holds `name`. */
  has(name: string): boolean {
    return !this.file || this.#key(this.file, name) !== undefined;
  }

  /** Shape of `name` in the file, undefined when it is not there. */
  shapeOf(name: string): readonly number[] | undefined {
    const key = this.file && this.#key(this.file, name);
    return key === undefined ? undefined : this.file!.tensors.get(key)!.shape;
  }

  /** Under which name the file has `name`. */
  #key(file: TensorReader, name: string): string | undefined {
    return [name, ...(this.aliases?.(name) ?? [])].find((key) => file.tensors.has(key));
  }

  /** A tensor that `pack` will make of `parts`. Throws `WeightsError` where the file lacks one or has it in another shape. */
  declare(
    label: string,
    parts: readonly { readonly name: string; readonly shape: readonly number[] }[],
    packed: { readonly shape: readonly number[]; readonly dtype: Precision; readonly pack: Pack },
  ): BufferTensor {
    const { gpu, file } = this;
    const keys = parts.map(({ name, shape: expected }) => {
      if (!file) return name;
      const key = this.#key(file, name);
      if (key === undefined) throw missingTensor(file.name, name, file.tensors.size);
      const { shape } = file.tensors.get(key)!;
      if (!sameShape(shape, expected)) {
        throw new WeightsError({
          file: file.name,
          tensor: key,
          expected: `shape ${shapeText(expected)}`,
          got: shapeText(shape),
        });
      }
      return key;
    });
    const target = gpu.createTensor(packed.shape, packed.dtype, label);
    this.#slots.push({ target, parts: keys, arrived: new Map(), pack: packed.pack });
    return target;
  }

  /** Bytes of all declared tensors on the GPU. */
  get bytes(): number {
    return this.#slots.reduce((sum, { target }) => sum + target.buffer.size, 0);
  }

  /** Streams the file and fills every declared tensor; see `Parameters.load`. */
  async load({ signal, onProgress }: LoadOptions): Promise<void> {
    const { gpu, file } = this;
    if (!file) throw new Error('load: these parameters are declared only, there is no file to read');
    const waiting = new Map<string, Slot[]>();
    for (const slot of this.#slots) {
      for (const part of slot.parts) waiting.set(part, [...(waiting.get(part) ?? []), slot]);
    }
    const total = this.bytes;
    let loaded = 0;
    const stream = file.stream({ wanted: (name) => waiting.has(name), ...(signal && { signal }) });
    for await (const { name, dtype, bytes } of stream) {
      const data = floats(file.name, name, dtype, bytes);
      for (const slot of waiting.get(name)!) {
        slot.arrived.set(name, data);
        if (slot.parts.some((part) => !slot.arrived.has(part))) continue;
        const values = slot.pack(slot.parts.map((part) => slot.arrived.get(part)!));
        slot.arrived.clear();
        upload(gpu, slot.target, values);
        loaded += slot.target.buffer.size;
      }
      gpu.throwIfFailed();
      onProgress?.(loaded, total);
    }
  }

  /** Destroys every declared tensor. */
  dispose(): void {
    for (const { target } of this.#slots.splice(0)) this.gpu.destroyBuffer(target.buffer);
  }
}

function floats(file: string, tensor: string, dtype: DType, bytes: Uint8Array<ArrayBuffer>): Float32Array {
  try {
    return toFloat32(dtype, bytes);
  } catch (cause) {
    throw new WeightsError({ file, tensor, expected: 'a float element type', got: dtype }, { cause });
  }
}

function upload(gpu: Gpu, { buffer, dtype }: BufferTensor, values: Float32Array): void {
  if (dtype === 'f32') {
    gpu.device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
    return;
  }
  const bits = floatToHalf(values);
  const even = new Uint16Array(bits.length + (bits.length & 1));
  even.set(bits);
  gpu.device.queue.writeBuffer(buffer, 0, even);
}

/** Equal but for trailing ones: a 1×1 convolution is stored as `[O, I, 1, 1]` or `[O, I]`. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  const trim = (shape: readonly number[]) => {
    let end = shape.length;
    while (end > 1 && shape[end - 1] === 1) end -= 1;
    return shape.slice(0, end).join();
  };
  return trim(a) === trim(b);
}
