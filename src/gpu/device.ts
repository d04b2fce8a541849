// Acquires a WebGPU device with what the engine can use and keeps account of what is allocated on it.

import { Choices, type ChosenVariants, type FixedChoices } from './choices.ts';
import { DeviceLostError, GpuError, OutOfMemoryError, UnsupportedError } from './errors.ts';
import { PipelineCache } from './pipelines.ts';
import { byteLength, type DType, elementCount, pack, type Tensor } from './tensor.ts';
import { TimeAccount } from './time_account.ts';

/** How activations and weights are stored. Every product is accumulated in f32 either way. */
export type Precision = 'f32' | 'f16';

/** Options of {@link Gpu.create}. */
export interface GpuOptions {
  /** A device of the caller's own. It is used as it is and never destroyed by Refilm. */
  device?: GPUDevice;
  /** Where adapters come from; default `navigator.gpu`. Node programs pass Dawn's. */
  gpu?: GPU;
  powerPreference?: GPUPowerPreference;
  /** Storage precision; default f16 where the device has `shader-f16` and is no software adapter, else f32. */
  precision?: Precision;
  /** Whose kernel variants are taken; default by the adapter. Tests run a GPU's on a CPU by it. */
  variants?: VariantSet;
  /** Variants by kernel family, taken wherever they do the shape, whatever was measured. */
  choices?: FixedChoices;
  /** What the run takes, kept by its owner: another device given the same map computes the same bits. */
  noted?: ChosenVariants;
}

/** Kernel variants made for a CPU (barrier-free register tiles) or for a GPU (workgroup tiles where they pay). */
export type VariantSet = 'software' | 'hardware';

/** Limits worth more than their default: larger tensors, fewer arenas, larger tiles. */
const WANTED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
] as const;

/** What kernels of subgroup matrices need; in no standard yet, so in no type either. */
const MATRIX_FEATURES = ['subgroup-size-control', 'chromium-experimental-subgroup-matrix'] as const;

/** Sizes and types that an adapter multiplies as matrices: `[M, K] · [K, N]`. */
export interface MatrixConfig {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** Features that some kernel variant can use. None is required. */
const WANTED_FEATURES = [
  'shader-f16',
  'subgroups',
  'timestamp-query',
  ...MATRIX_FEATURES,
] as GPUFeatureName[];

/** A device, its pipelines and the account of its memory. Dispose of it when done. */
export class Gpu {
  readonly pipelines: PipelineCache;
  /** Which variants its kernels take. */
  readonly choices: Choices;
  readonly limits: GPUSupportedLimits;
  readonly features: { readonly f16: boolean; readonly subgroups: boolean; readonly timestamps: boolean };
  /** Products of subgroup matrices that the device has; none where it lacks the features. */
  readonly matrixConfigs: readonly MatrixConfig[];
  /** Bound in place of an absent optional input: 256 zero bytes. */
  readonly empty: GPUBuffer;
  /** Bytes of buffers alive now, and the most that were alive at once. */
  allocatedBytes = 0;
  peakBytes = 0;
  /** Where the device's time goes. */
  readonly time = new TimeAccount();

  readonly #owned: boolean;
  readonly #buffers = new Set<GPUBuffer>();
  #failure: Error | undefined;
  #disposed = false;
  #fail: (error: Error) => void = () => undefined;
  /** Rejects when the device is lost, is disposed of or reports an error that no scope caught; never resolves. */
  readonly failed: Promise<never>;

  private constructor(
    readonly device: GPUDevice,
    readonly info: GPUAdapterInfo,
    readonly software: boolean,
    readonly precision: Precision,
    readonly variants: VariantSet,
    choices: Choices,
    owned: boolean,
  ) {
    this.#owned = owned;
    this.choices = choices;
    this.limits = device.limits;
    this.features = {
      f16: device.features.has('shader-f16'),
      subgroups: device.features.has('subgroups'),
      timestamps: device.features.has('timestamp-query'),
    };
    this.matrixConfigs = matrixConfigsOf(device, info);
    this.pipelines = new PipelineCache(device);
    this.failed = new Promise((_, reject) => {
      const fail = (error: Error) => {
        this.#failure ??= error;
        reject(error);
      };
      this.#fail = fail;
      void device.lost.then(({ reason, message }) => {
        if (!this.#disposed) fail(new DeviceLostError(reason, message));
      });
      device.addEventListener('uncapturederror', ({ error }) => {
        const full = typeof GPUOutOfMemoryError !== 'undefined' && error instanceof GPUOutOfMemoryError;
        fail(
          full
            ? new OutOfMemoryError('the buffers of this model', this.allocatedBytes)
            : new GpuError(`The GPU reported: ${error.message}`),
        );
      });
    });
    this.failed.catch(() => undefined); // awaited by whoever is working; unhandled only if nobody is
    this.empty = this.createBuffer(256, GPUBufferUsage.STORAGE, 'empty');
  }

  /** Throws {@link UnsupportedError} with every reason when WebGPU, an adapter or a needed feature is missing. */
  static async create(options: GpuOptions = {}): Promise<Gpu> {
    if (options.device) {
      const { device } = options;
      return Gpu.#checked(device, device.adapterInfo, options, false);
    }
    const gpu = options.gpu ?? (typeof navigator === 'undefined' ? undefined : navigator.gpu);
    if (!gpu) throw new UnsupportedError([withoutWebGpu()]);
    const { powerPreference = 'high-performance' } = options;
    const adapter = await gpu.requestAdapter({ powerPreference });
    if (!adapter) {
      throw new UnsupportedError([
        'WebGPU found no adapter: the GPU or its driver is blocked, or hardware acceleration is switched off.',
      ]);
    }
    const requiredLimits: Record<string, number> = {};
    for (const name of WANTED_LIMITS) requiredLimits[name] = adapter.limits[name];
    const requiredFeatures = WANTED_FEATURES.filter((name) => adapter.features.has(name));
    const device = await adapter.requestDevice({ requiredLimits, requiredFeatures, label: 'refilm' });
    return Gpu.#checked(device, adapter.info, options, true);
  }

  static #checked(device: GPUDevice, info: GPUAdapterInfo, options: GpuOptions, owned: boolean): Gpu {
    const software = isSoftware(info);
    const f16 = device.features.has('shader-f16');
    if (options.precision === 'f16' && !f16) {
      if (owned) device.destroy();
      throw new UnsupportedError([
        "precision 'f16' needs the feature shader-f16, which this device lacks; use 'f32'.",
      ]);
    }
    const precision = options.precision ?? (f16 && !software ? 'f16' : 'f32');
    const variants = options.variants ?? (software ? 'software' : 'hardware');
    const choices = new Choices(options.choices, options.noted);
    return new Gpu(device, info, software, precision, variants, choices, owned);
  }

  /** The adapter in words, for people: vendor, architecture, what it can do. */
  describe(): string {
    const name = [this.info.vendor, this.info.architecture, this.info.device, this.info.description];
    const words =
      [...new Set(name.filter((word) => word && !/^0x/.test(word)))].join(' ') || 'unknown adapter';
    return `${words} (${this.software ? 'software' : 'hardware'}, ${this.precision})`;
  }

  /** Allocates a buffer and counts it. Throws {@link OutOfMemoryError} when it exceeds the device's limit. */
  createBuffer(size: number, usage: GPUBufferUsageFlags, label: string): GPUBuffer {
    if (size > this.limits.maxBufferSize) throw new OutOfMemoryError(label, size, this.limits.maxBufferSize);
    const buffer = this.device.createBuffer({ size, usage, label });
    this.#buffers.add(buffer);
    this.allocatedBytes += size;
    this.peakBytes = Math.max(this.peakBytes, this.allocatedBytes);
    return buffer;
  }

  /** Destroys a buffer made by `createBuffer`. */
  destroyBuffer(buffer: GPUBuffer): void {
    if (!this.#buffers.delete(buffer)) return;
    this.allocatedBytes -= buffer.size;
    buffer.destroy();
  }

  /** Labels and sizes of the buffers alive now, for leak reports. */
  liveBuffers(): string[] {
    return [...this.#buffers].map(({ label, size }) => `${label} (${size} bytes)`);
  }

  /** A tensor with memory of its own: weights, states that outlive one run. Filled with zeros or `data`. */
  createTensor(
    shape: readonly number[],
    dtype: DType,
    label: string,
    data?: ArrayBufferView<ArrayBuffer>,
  ): Tensor & { readonly buffer: GPUBuffer } {
    const bytes = byteLength(shape, dtype);
    const { maxStorageBufferBindingSize } = this.limits;
    if (bytes > maxStorageBufferBindingSize)
      throw new OutOfMemoryError(label, bytes, maxStorageBufferBindingSize);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = this.createBuffer(Math.max(16, Math.ceil(bytes / 16) * 16), usage, label);
    if (data) this.device.queue.writeBuffer(buffer, 0, data);
    return { shape: [...shape], dtype, label, buffer };
  }

  /** Writes numbers into a tensor with its own memory from its beginning, converted to its element type. */
  writeTensor(tensor: Tensor & { readonly buffer: GPUBuffer }, values: ArrayLike<number>): void {
    const count = elementCount(tensor.shape);
    if (values.length > count) {
      throw new RangeError(`'${tensor.label}' holds ${count} values, got ${values.length}`);
    }
    this.device.queue.writeBuffer(tensor.buffer, 0, pack(values, tensor.dtype));
  }

  /** Copies one tensor with its own memory over another of the same size. */
  copyTensor(
    from: Tensor & { readonly buffer: GPUBuffer },
    to: Tensor & { readonly buffer: GPUBuffer },
  ): void {
    const encoder = this.device.createCommandEncoder({ label: `copy ${from.label}` });
    encoder.copyBufferToBuffer(from.buffer, 0, to.buffer, 0, Math.min(from.buffer.size, to.buffer.size));
    this.device.queue.submit([encoder.finish()]);
  }

  /** Submits and keeps the account of busy time. The promise resolves when the device has finished the work. */
  async submit(commands: GPUCommandBuffer): Promise<void> {
    this.throwIfFailed();
    this.time.begin();
    try {
      this.device.queue.submit([commands]);
      await this.orFailed(this.device.queue.onSubmittedWorkDone());
    } finally {
      this.time.end();
    }
  }

  /** `work`, or the device's failure if that comes first. */
  orFailed<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.failed]);
  }

  /** Throws what `failed` rejected with, if it has. */
  throwIfFailed(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Destroys every buffer, and the device unless the caller brought it. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // Who still waits for this device would wait for ever.
    this.#fail(new DeviceLostError('destroyed', 'Refilm has disposed of it'));
    for (const buffer of [...this.#buffers]) this.destroyBuffer(buffer);
    if (this.#owned) this.device.destroy();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function matrixConfigsOf(device: GPUDevice, info: GPUAdapterInfo): MatrixConfig[] {
  const { subgroupMatrixConfigs = [] } = info as { subgroupMatrixConfigs?: Iterable<MatrixConfig> };
  return MATRIX_FEATURES.every((name) => device.features.has(name)) ? [...subgroupMatrixConfigs] : [];
}

/** What an adapter says of itself, as plain data that can leave a page. */
export type AdapterDescription = Omit<GPUAdapterInfo, '__brand' | 'subgroupMinSize' | 'subgroupMaxSize'>;

/** Whether an adapter computes on the CPU: SwiftShader, lavapipe, WARP. */
export function isSoftware(info: AdapterDescription): boolean {
  const words = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  return info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(words);
}

function withoutWebGpu(): string {
  return typeof isSecureContext !== 'undefined' && !isSecureContext
    ? 'WebGPU needs a secure page: open it by https or on localhost.'
    : 'This browser has no WebGPU. Use Chrome or Edge 113+, Safari 26+, or Firefox 141+ on Windows.';
}
