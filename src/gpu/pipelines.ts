// Compute pipelines: compiled asynchronously and in parallel, each at most once per device.

import { compileError, specialise, type Prelude, type ShaderSource } from './shader.ts';

/** A compiled kernel. Binding 0 is the uniform `Params`, then the inputs (read), then the outputs (read_write). */
export interface Kernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** What the layout of a kernel's bind group depends on. */
export interface KernelInterface {
  readonly hasParams: boolean;
  readonly inputs: number;
  readonly outputs: number;
}

/** Pipelines of one device by their text; layouts by their interface. */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<string, Promise<Kernel>>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Number of pipelines compiled or being compiled. */
  get size(): number {
    return this.#pipelines.size;
  }

  /** The kernel, compiling it if this is its first use. Rejects with ShaderError when it does not compile. */
  get(source: ShaderSource, prelude: Prelude, iface: KernelInterface): Promise<Kernel> {
    const code = specialise(source, prelude);
    const key = `${iface.hasParams} ${iface.inputs} ${iface.outputs}\n${code}`;
    let kernel = this.#pipelines.get(key);
    if (!kernel) {
      kernel = this.#compile(source, code, iface);
      kernel.catch(() => this.#pipelines.delete(key)); // a later call may be on a healthier device
      this.#pipelines.set(key, kernel);
    }
    return kernel;
  }

  async #compile(source: ShaderSource, code: string, iface: KernelInterface): Promise<Kernel> {
    const layout = this.#layout(iface);
    // A module with errors is told by the pipeline, as ShaderError: it is no failure of the device.
    this.#device.pushErrorScope('validation');
    const module = this.#device.createShaderModule({ code, label: source.name });
    this.#device.popErrorScope().catch(() => undefined);
    try {
      const pipeline = await this.#device.createComputePipelineAsync({
        label: source.name,
        layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: 'main' },
      });
      return { pipeline, layout };
    } catch (cause) {
      throw await compileError(module, source, code, cause);
    }
  }

  #layout({ hasParams, inputs, outputs }: KernelInterface): GPUBindGroupLayout {
    const key = `${hasParams} ${inputs} ${outputs}`;
    let layout = this.#layouts.get(key);
    if (!layout) {
      const types: [number, GPUBufferBindingType][] = [];
      if (hasParams) types.push([0, 'uniform']);
      for (let i = 0; i < inputs; i++) types.push([1 + i, 'read-only-storage']);
      for (let i = 0; i < outputs; i++) types.push([1 + inputs + i, 'storage']);
      layout = this.#device.createBindGroupLayout({
        label: key,
        entries: types.map(([binding, type]) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type },
        })),
      });
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}
