// A network's parameters as its modules declare them: by name, layer by layer, each with the form in which kernels take it.

import type { Gpu, Precision } from '../gpu/index.ts';
import { type ConvWeight, packConv } from '../kernels/conv2d.ts';
import { packConvTranspose } from '../kernels/conv_transpose2d.ts';
import type { NormWeight } from '../kernels/layer_norm.ts';
import { type LinearWeight, packGeglu, packGegluBias, packLinear } from '../kernels/matmul.ts';
import { packConv1d } from '../kernels/temporal_conv.ts';
import { prefersWinograd, transformWeights } from '../kernels/winograd.ts';
import type { TensorReader } from './safetensors.ts';
import { type BufferTensor, type LoadOptions, type Pack, WeightStore } from './weight_store.ts';

/** Parameters of one weights file, or of the module at a dotted prefix of it. */
export class Parameters {
  readonly #store: WeightStore;
  readonly #prefix: string;

  /**
   * `aliases` gives further names under which older files keep a tensor, tried in order after the name itself.
   */
  constructor(gpu: Gpu, file: TensorReader, aliases?: (name: string) => readonly string[]);
  /** @internal */
  constructor(store: WeightStore, prefix: string);
  constructor(a: Gpu | WeightStore, b: TensorReader | string, aliases?: (name: string) => readonly string[]) {
    if (typeof b === 'string') {
      this.#store = a as WeightStore;
      this.#prefix = b;
      return;
    }
    this.#store = new WeightStore(a as Gpu, b, aliases);
    this.#prefix = '';
  }

  /** Parameters without a file: whatever a network declares is there, zero. For recording a network of any size. */
  static declared(gpu: Gpu): Parameters {
    return new Parameters(new WeightStore(gpu), '');
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
    return this.#store.has(this.#prefix + name);
  }

  /** Shape of `name` in the file, undefined when it is not there. */
  shapeOf(name: string): readonly number[] | undefined {
    return this.#store.shapeOf(this.#prefix + name);
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
    pack: Pack,
    dtype: Precision = this.gpu.precision,
  ): BufferTensor {
    const prefix = this.#prefix;
    const label = prefix + names.join('+');
    const parts = names.map((name, i) => ({ name: prefix + name, shape: shapes[i]! }));
    return this.#store.declare(label, parts, { shape: packed, dtype, pack });
  }

  /** Bytes of all declared parameters on the GPU. */
  get bytes(): number {
    return this.#store.bytes;
  }

  /**
   * Streams the file and fills every declared tensor. Rejects with `WeightsError` for a damaged file, as the source
   * does for a failed download, or with the signal's reason; `dispose` then frees what was declared.
   */
  load(options: LoadOptions = {}): Promise<void> {
    return this.#store.load(options);
  }

  /** Destroys every declared tensor. */
  dispose(): void {
    this.#store.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
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
