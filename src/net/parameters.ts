// A network's parameters: declared by name while the network is built, then filled by streaming the weights file once.
// Shapes are checked against the file's header at declaration, so a foreign file is refused before a byte is loaded.

import { floatToHalf, type Gpu, type Precision, shapeText, type Tensor } from '../gpu/index.ts';
import { type ConvWeight, packConv } from '../kernels/conv2d.ts';
import { packConvTranspose } from '../kernels/conv_transpose2d.ts';
import { type LinearWeight, packGeglu, packGegluBias, packLinear } from '../kernels/matmul.ts';
import type { NormWeight } from '../kernels/layer_norm.ts';
import { packConv1d } from '../kernels/temporal_conv.ts';
import { prefersWinograd, transformWeights } from '../kernels/winograd.ts';
import { type DType, toFloat32 } from './dtype.ts';
import { WeightsError } from './errors.ts';
import { missingTensor, type TensorReader } from './safetensors.ts';
import type { ReadOptions } from './source.ts';

/** Options of {@link Parameters.load}. */
export interface LoadOptions extends ReadOptions {
  /** Called after every tensor with the bytes of weights on the GPU so far, and in all. */
  readonly onProgress?: ((loaded: number, total: number) => void) | undefined;
}

type BufferTensor = Tensor & { readonly buffer: GPUBuffer };

/** One tensor on the GPU and the file's tensors that it is packed from. */
interface Slot {
  readonly target: BufferTensor;
  readonly parts: readonly string[];
  readonly arrived: Map<string, Float32Array>;
  readonly pack: (parts: readonly Float32Array[]) => Float32Array;
}

interface Store {
  readonly gpu: Gpu;
  /** Undefined where parameters are only declared, see {@link Parameters.declared}. */
  readonly file: TensorReader | undefined;
  readonly slots: Slot[];
  readonly resolve: (name: string) => string | undefined;
}

/** Parameters of one weights file, or of the module at a dotted prefix of it. */
export class Parameters {
  readonly #store: Store;
  readonly #prefix: string;

  /**
   * `aliases` gives further names under which older files keep a tensor, tried in order after the name itself.
   */
  constructor(gpu: Gpu, file: TensorReader, aliases?: (name: string) => readonly string[]);
  /** @internal */
  constructor(store: Store, prefix: string);
  constructor(a: Gpu | Store, b: TensorReader | string, aliases?: (name: string) => readonly string[]) {
    if (typeof b === 'string') {
      this.#store = a as Store;
      this.#prefix = b;
      return;
    }
    const resolve = (name: string) => [name, ...(aliases?.(name) ?? [])].find((key) => b.tensors.has(key));
    this.#store = { gpu: a as Gpu, file: b, slots: [], resolve };
    this.#prefix = '';
  }

  /** Parameters without a file: whatever a network declares is there, zero. For recording a network of any size. */
  static declared(gpu: Gpu): Parameters {
    return new Parameters({ gpu, file: undefined, slots: [], resolve: (name) => name }, '');
  }

  /** The device that the parameters are on. */
  get gpu(): Gpu {
    return this.#store.gpu;
  }

  /** Parameters of the module `name` below this one. */
  scope(name: string): Parameters {
    return new Parameters(this.#store, `${this.#prefix}${name}.`);
  }

  /** Whether the file holds `name`. */
  has(name: string): boolean {
    return this.#store.resolve(this.#prefix + name) !== undefined;
  }

  /** Shape of `name` in the file, undefined when it is not there. */
  shapeOf(name: string): readonly number[] | undefined {
    const key = this.#store.resolve(this.#prefix + name);
    return key === undefined ? undefined : this.#store.file?.tensors.get(key)!.shape;
  }

  /** A tensor as the file has it, under `shape`. */
  tensor(name: string, shape: readonly number[]): BufferTensor {
    return this.#declare([name], [shape], shape, ([data]) => data!);
  }

  /** Scale and shift of a norm over `channels`. */
  norm(name: string, channels: number): NormWeight {
    return {
      weight: this.tensor(`${name}.weight`, [channels]),
      bias: this.tensor(`${name}.bias`, [channels]),
    };
  }

  /**
   * `y = x Wᵀ + b`. Several names are fused along the output (`to_q, to_k, to_v`), `outFeatures` each. With `geglu` the
   * file has `2 * outFeatures` rows, value half first, as diffusers' GEGLU.
   */
  linear(
    name: string | readonly string[],
    inFeatures: number,
    outFeatures: number,
    { bias = true, geglu = false }: { readonly bias?: boolean; readonly geglu?: boolean } = {},
  ): LinearWeight {
    const names = typeof name === 'string' ? [name] : name;
    const rows = geglu ? 2 * outFeatures : outFeatures;
    const total = rows * names.length;
    const pack = geglu ? packGeglu : packLinear;
    const weight = this.#declare(
      names.map((each) => `${each}.weight`),
      names.map(() => [rows, inFeatures]),
      [inFeatures, total],
      (parts) => pack(concatenate(parts), geglu ? outFeatures : total, inFeatures),
    );
    if (!bias) return { weight, inFeatures, outFeatures: total };
    const shift = this.#declare(
      names.map((each) => `${each}.bias`),
      names.map(() => [rows]),
      [total],
      (parts) => (geglu ? packGegluBias(parts[0]!) : concatenate(parts)),
    );
    return { weight, bias: shift, inFeatures, outFeatures: total };
  }

  /**
   * A 2-D convolution, `[outChannels, inChannels, kh, kw]` in the file. It is kept in the one form that this device takes
   * for such a kernel, channels and `stride`.
   */
  conv2d(
    name: string,
    inChannels: number,
    outChannels: number,
    kernel: number | readonly [number, number],
    { bias = true, stride = 1 }: { readonly bias?: boolean; readonly stride?: number } = {},
  ): ConvWeight {
    const [kh, kw] = typeof kernel === 'number' ? [kernel, kernel] : kernel;
    const shape = [outChannels, inChannels, kh, kw];
    const pack = (data: Float32Array) => packConv(data, outChannels, inChannels, kh, kw);
    if (!prefersWinograd(this.gpu, { kernel: [kh, kw], stride, inChannels, outChannels })) {
      return this.#conv(name, shape, [kh, kw], inChannels, outChannels, bias, pack);
    }
    const weight = this.#declare(
      [`${name}.weight`],
      [shape],
      [16, inChannels, outChannels],
      ([data]) => transformWeights(pack(data!), inChannels, outChannels),
      'f32',
    );
    const conv = { weight, winograd: true, inChannels, outChannels, kernel: [kh, kw] as const };
    return bias ? { ...conv, bias: this.tensor(`${name}.bias`, [outChannels]) } : conv;
  }

  /** A transposed 2-D convolution, `[inChannels, outChannels, k, k]` in the file. */
  convTranspose2d(name: string, inChannels: number, outChannels: number, kernel: number): ConvWeight {
    const shape = [inChannels, outChannels, kernel, kernel];
    return this.#conv(name, shape, [kernel, kernel], inChannels, outChannels, true, (data) =>
      packConvTranspose(data, inChannels, outChannels, kernel),
    );
  }

  /** A 1-D convolution, `[outChannels, inChannels, kernel]` in the file. */
  conv1d(name: string, inChannels: number, outChannels: number, kernel: number): ConvWeight {
    const shape = [outChannels, inChannels, kernel];
    return this.#conv(name, shape, [kernel, 1], inChannels, outChannels, true, (data) =>
      packConv1d(data, outChannels, inChannels, kernel),
    );
  }

  #conv(
    name: string,
    shape: readonly number[],
    kernel: readonly [number, number],
    inChannels: number,
    outChannels: number,
    bias: boolean,
    pack: (data: Float32Array) => Float32Array,
  ): ConvWeight {
    const packed = [kernel[0] * kernel[1] * inChannels, outChannels];
    const weight = this.#declare([`${name}.weight`], [shape], packed, ([data]) => pack(data!));
    const conv = { weight, inChannels, outChannels, kernel };
    return bias ? { ...conv, bias: this.tensor(`${name}.bias`, [outChannels]) } : conv;
  }

  #declare(
    names: readonly string[],
    shapes: readonly (readonly number[])[],
    packed: readonly number[],
    pack: Slot['pack'],
    dtype: Precision = this.gpu.precision,
  ): BufferTensor {
    const { gpu, file, slots, resolve } = this.#store;
    const parts = names.map((name, i) => {
      const full = this.#prefix + name;
      const key = resolve(full);
      if (!file) return full;
      if (key === undefined) throw missingTensor(file.name, full, file.tensors.size);
      const { shape } = file.tensors.get(key)!;
      if (!sameShape(shape, shapes[i]!)) {
        throw new WeightsError({
          file: file.name,
          tensor: key,
          expected: `shape ${shapeText(shapes[i]!)}`,
          got: shapeText(shape),
        });
      }
      return key;
    });
    const target = gpu.createTensor(packed, dtype, this.#prefix + names.join('+'));
    slots.push({ target, parts, arrived: new Map(), pack });
    return target;
  }

  /** Bytes of all declared parameters on the GPU. */
  get bytes(): number {
    return this.#store.slots.reduce((sum, { target }) => sum + target.buffer.size, 0);
  }

  /**
   * Streams the file and fills every declared tensor. Rejects with `WeightsError` for a damaged file, as the source
   * does for a failed download, or with the signal's reason; `dispose` then frees what was declared.
   */
  async load({ signal, onProgress }: LoadOptions = {}): Promise<void> {
    const { gpu, file, slots } = this.#store;
    if (!file) throw new Error('load: these parameters are declared only, there is no file to read');
    const waiting = new Map<string, Slot[]>();
    for (const slot of slots) {
      for (const part of slot.parts) waiting.set(part, [...(waiting.get(part) ?? []), slot]);
    }
    const total = this.bytes;
    let loaded = 0;
    const stream = file.stream({ wanted: (name) => waiting.has(name), ...(signal && { signal }) });
    for await (const { name, dtype, bytes } of stream) {
      const data = this.#floats(name, dtype, bytes);
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

  #floats(name: string, dtype: DType, bytes: Uint8Array<ArrayBuffer>): Float32Array {
    try {
      return toFloat32(dtype, bytes);
    } catch (cause) {
      const fault = {
        file: this.#store.file!.name,
        tensor: name,
        expected: 'a float element type',
        got: dtype,
      };
      throw new WeightsError(fault, { cause });
    }
  }

  /** Destroys every declared tensor. */
  dispose(): void {
    for (const { target } of this.#store.slots.splice(0)) this.#store.gpu.destroyBuffer(target.buffer);
  }

  [Symbol.dispose](): void {
    this.dispose();
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

function concatenate(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
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
