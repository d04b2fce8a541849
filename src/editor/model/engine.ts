// A model on a device, with the programs recorded for it. Everything here is lost with the device and made again.

import { type Choice, type Gpu, Heap, type Program, Recorder, type Tensor } from '../../gpu/index.ts';
import { linear } from '../../kernels/matmul.ts';
import { Model, type ModelFiles, type ModelOptions } from './model.ts';

/** A tensor with memory of its own. */
export type BufferTensor = Tensor & { readonly buffer: GPUBuffer };

/** Side of the square product that `measureRate` times: 34 MFLOP, a tenth of a second on the slowest adapters. */
const RATE_SIDE = 256;

/** A loaded model and its recorded programs. */
export class Engine {
  /** Programs of an edit run one at a time: they share their memory. */
  readonly #heap: Heap;
  readonly #programs: Program[] = [];
  readonly #made = new Map<string, unknown>();
  readonly #tensors: BufferTensor[] = [];
  readonly #compiling: Promise<unknown>[] = [];
  /** What its recordings left to the author's guess, by key: for `tune`. */
  readonly questions = new Map<string, Choice>();

  private constructor(
    readonly gpu: Gpu,
    readonly model: Model,
  ) {
    this.#heap = new Heap(gpu, 'activations');
  }

  /**
   * Loads `files` onto `gpu`, which the engine then owns: it is disposed of with it, also when loading fails.
   * `meanwhile` may record programs: their kernels compile while the weights come.
   */
  static async create(
    gpu: Gpu,
    files: ModelFiles,
    options: ModelOptions = {},
    meanwhile?: (engine: Engine) => void,
  ): Promise<Engine> {
    try {
      const engine = new Engine(gpu, await Model.open(gpu, files, options));
      meanwhile?.(engine);
      await engine.model.load(options);
      engine.releasePrograms();
      return engine;
    } catch (error) {
      gpu.dispose();
      throw error;
    }
  }

  /** The program of that name, recorded at its first use; its kernels compile while the caller goes on. */
  program(name: string, record: (rec: Recorder) => void): Program {
    return this.once(`program ${name}`, () => {
      const rec = new Recorder(this.gpu, name);
      record(rec);
      for (const [key, question] of rec.questions) this.questions.set(key, question);
      const program = rec.begin(this.#heap);
      this.#programs.push(program);
      return program;
    });
  }

  /**
   * Compiles what `record` records and allocates nothing: for programs that are recorded anew for every use. The kernels
   * then are there, or at least on the way.
   */
  compile(name: string, record: (rec: Recorder) => void): void {
    void this.once(`compile ${name}`, () => {
      const rec = new Recorder(this.gpu, name);
      record(rec);
      for (const [key, question] of rec.questions) this.questions.set(key, question);
      const kernels = rec.compile();
      this.#compiling.push(kernels);
      return kernels;
    });
  }

  /** Resolves when the kernels of everything recorded so far are compiled. Rejects with ShaderError. */
  async compiled(): Promise<void> {
    await this.gpu.orFailed(Promise.all([...this.#programs.map(({ ready }) => ready), ...this.#compiling]));
  }

  /** What `make` gives, made once per `name`: programs that share tensors are made together. Lives until `releasePrograms`. */
  once<T>(name: string, make: () => T): T {
    if (!this.#made.has(name)) this.#made.set(name, make());
    return this.#made.get(name) as T;
  }

  /** A tensor that lives until `releasePrograms`. */
  tensor(shape: readonly number[], dtype: 'f32' | 'f16' | 'u32', label: string): BufferTensor {
    const tensor = this.gpu.createTensor(shape, dtype, label);
    this.#tensors.push(tensor);
    return tensor;
  }

  /**
   * Bytes of what is on the device: weights; activations of all recorded programs, as planned; latents and other states,
   * parameters of dispatches.
   */
  memory(): {
    weightBytes: number;
    activationBytes: number;
    /** The least that any plan of the hungriest program could need. */
    leastActivationBytes: number;
    stateBytes: number;
  } {
    const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
    return {
      weightBytes: this.model.bytes,
      activationBytes: this.#heap.bytes,
      leastActivationBytes: Math.max(0, ...this.#programs.map(({ memory }) => memory.lowerBound)),
      stateBytes:
        sum(this.#tensors.map(({ buffer }) => buffer.size)) +
        sum(this.#programs.map(({ parameterBytes }) => parameterBytes)) +
        this.gpu.empty.size,
    };
  }

  /** Floating point operations per second of this device, from a few runs of one product. */
  async measureRate(): Promise<number> {
    const rec = new Recorder(this.gpu, 'rate');
    const side = RATE_SIDE;
    const weight = this.gpu.createTensor([side, side], this.gpu.precision, 'rate weight');
    let x = rec.input('x', [side, side], rec.precision);
    for (let i = 0; i < 2; i++) x = linear(rec, x, { weight, inFeatures: side, outFeatures: side });
    rec.output('y', x);
    const program = rec.begin();
    try {
      program.write('x', new Float32Array(side * side).fill(1 / side));
      await program.run();
      const start = performance.now();
      let runs = 0;
      while (runs < 2 || (performance.now() - start < 100 && runs < 64)) {
        await program.run();
        runs += 1;
      }
      return (runs * 2 * 2 * side ** 3) / ((performance.now() - start) / 1000);
    } finally {
      program.dispose();
      this.gpu.destroyBuffer(weight.buffer);
    }
  }

  /** Frees the recorded programs and their tensors: the next edit may have another size. */
  releasePrograms(): void {
    for (const program of this.#programs.splice(0)) program.dispose();
    this.#heap.dispose();
    this.#compiling.length = 0;
    this.#made.clear();
    for (const { buffer } of this.#tensors.splice(0)) this.gpu.destroyBuffer(buffer);
  }

  /** Frees everything, the device too unless the caller brought it. */
  dispose(): void {
    this.releasePrograms();
    this.model.dispose();
    this.gpu.dispose();
  }
}
