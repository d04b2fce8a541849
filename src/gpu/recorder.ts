// Records a network's evaluation as a flat list of dispatches. Kernels call `dispatch`; `finish` plans the memory,
// compiles what is missing, resolves every binding and returns a Program that can be replayed.

import type { Gpu } from './device.ts';
import { type Question, questionKey } from './choices.ts';
import { bindingBytes, boundStep, packParams } from './binding.ts';
import type { Dispatch } from './dispatch.ts';
import { Heap } from './heap.ts';
import { planMemory, type Lifetime } from './memory.ts';
import type { Kernel } from './pipelines.ts';
import { Program, type Step } from './program.ts';
import { byteLength, checkReshape, type DType, type Tensor } from './tensor.ts';
import { OutOfMemoryError } from './errors.ts';

/** Root of a planned activation: reshapes of one tensor share it. */
interface Planned {
  readonly bytes: number;
  readonly label: string;
  first: number;
  last: number;
}

/**
 * Told what a {@link Recorder.scope} returned, when that is an activation: the output of the module that the scope
 * names, `encoder.mid_block`. Who wants to see it declares it as an output, which keeps it to the end of the run.
 */
export type ModuleObserver = (module: string, output: Tensor) => void;

/** A question and how to put it to the clock. */
export interface Choice extends Question {
  /** Records the operation alone by that candidate, on stand-ins for its tensors ({@link Recorder.standIn}). */
  readonly record: (rec: Recorder, candidate: string) => void;
}

/** Records dispatches. One recorder makes one Program. */
export class Recorder {
  readonly #dispatches: Dispatch[] = [];
  readonly #planned = new Map<Tensor, Planned>();
  readonly #roots: Planned[] = [];
  readonly #inputs = new Map<string, Tensor>();
  readonly #outputs = new Map<string, Tensor>();
  /** What was chosen by the author's guess alone, by key: to be measured before the next recording. */
  readonly questions = new Map<string, Choice>();
  #scope = '';

  constructor(
    readonly gpu: Gpu,
    readonly label: string,
    private readonly observe?: ModuleObserver,
  ) {}

  /** Element type in which activations are stored on this device. */
  get precision(): 'f32' | 'f16' {
    return this.gpu.precision;
  }

  /** An activation that some dispatch will write. Throws {@link OutOfMemoryError} beyond the binding limit. */
  tensor(shape: readonly number[], dtype: DType, label: string): Tensor {
    const bytes = byteLength(shape, dtype);
    const limit = Math.min(this.gpu.limits.maxStorageBufferBindingSize, this.gpu.limits.maxBufferSize);
    const name = this.#scope + label;
    if (bytes > limit) throw new OutOfMemoryError(`${this.label}: ${name}`, bytes, limit);
    const tensor: Tensor = { shape: [...shape], dtype, label: name };
    const root: Planned = { bytes, label: name, first: Infinity, last: -Infinity };
    this.#planned.set(tensor, root);
    this.#roots.push(root);
    return tensor;
  }

  /** An activation that the caller writes before each run (`program.write`). Its memory is reused after its last use. */
  input(name: string, shape: readonly number[], dtype: DType): Tensor {
    if (this.#inputs.has(name)) throw new Error(`${this.label}: input '${name}' is declared twice`);
    const tensor = this.tensor(shape, dtype, name);
    // Even one that nothing reads has a place to be written to.
    Object.assign(this.#planned.get(tensor)!, { first: -1, last: 0 });
    this.#inputs.set(name, tensor);
    return tensor;
  }

  /** Which of a kernel's variants to record; see {@link Choices} for who decides. */
  choose(choice: Choice): string {
    const { choices } = this.gpu;
    if (choices.isOpen(choice)) this.questions.set(questionKey(choice), choice);
    return choices.choose(choice);
  }

  /** An input of the shape and type of `tensor`, for an operation recorded alone to be timed. */
  standIn<T extends Tensor | undefined>(tensor: T): T extends undefined ? undefined : Tensor;
  standIn(tensor: Tensor | undefined): Tensor | undefined {
    return tensor && this.input(`stand-in ${this.#inputs.size}`, tensor.shape, tensor.dtype);
  }

  /** Keeps `tensor` to the end of the run, to be read or copied under `name`. */
  output(name: string, tensor: Tensor): void {
    if (this.#outputs.has(name)) throw new Error(`${this.label}: output '${name}' is declared twice`);
    this.#outputs.set(name, tensor);
  }

  /** The same memory under another shape; no dispatch. */
  reshape(tensor: Tensor, shape: readonly number[]): Tensor {
    checkReshape(tensor.shape, shape);
    const view: Tensor = { ...tensor, shape: [...shape] };
    const root = this.#planned.get(tensor);
    if (root) this.#planned.set(view, root);
    return view;
  }

  /**
   * Prefixes labels while `record` runs: profiles and errors then name the module. An activation that `record` returns
   * goes to the {@link ModuleObserver}, so it must be what the module of that name returns in the reference.
   */
  scope<T>(name: string, record: () => T): T {
    const outer = this.#scope;
    const module = outer + name;
    this.#scope = `${module}.`;
    try {
      const output = record();
      if (this.observe && this.#isActivation(output)) this.observe(module, output);
      return output;
    } finally {
      this.#scope = outer;
    }
  }

  /** Adds a dispatch. Throws RangeError when a side of the grid exceeds the device's limit. */
  dispatch(dispatch: Dispatch): void {
    const limit = this.gpu.limits.maxComputeWorkgroupsPerDimension;
    for (const side of dispatch.workgroups) {
      if (side !== undefined && !(side <= limit)) {
        throw new RangeError(
          `${dispatch.source.name}: ${side} workgroups, the device allows ${limit} a side`,
        );
      }
    }
    const index = this.#dispatches.length;
    for (const tensor of dispatch.inputs) {
      const root = tensor && this.#root(tensor);
      if (!root) continue;
      if (root.first > index)
        throw new Error(`${dispatch.source.name}: '${tensor.label}' is read before it is written`);
      root.last = Math.max(root.last, index);
    }
    for (const tensor of dispatch.outputs) {
      const root = this.#root(tensor);
      if (!root) continue;
      root.first = Math.min(root.first, index);
      root.last = Math.max(root.last, index);
    }
    this.#dispatches.push({ ...dispatch, label: this.#scope + (dispatch.label ?? dispatch.source.name) });
  }

  #isActivation(value: unknown): value is Tensor {
    return this.#planned.has(value as Tensor);
  }

  #root(tensor: Tensor): Planned | undefined {
    if (tensor.buffer) return undefined;
    const root = this.#planned.get(tensor);
    if (!root) throw new Error(`${this.label}: '${tensor.label}' belongs to another recorder`);
    return root;
  }

  /** Sum of the work estimates of what was recorded so far. */
  get flops(): number {
    return this.#dispatches.reduce((sum, { flops = 0 }) => sum + flops, 0);
  }

  /** Compiles the kernels of what was recorded so far and allocates nothing. Rejects with ShaderError. */
  compile(): Promise<readonly Kernel[]> {
    const kernels = this.#dispatches.map(({ source, prelude, inputs, outputs, params }) =>
      this.gpu.pipelines.get(source, prelude, {
        hasParams: params !== undefined,
        inputs: inputs.length,
        outputs: outputs.length,
      }),
    );
    const all = Promise.all(kernels);
    all.catch(() => undefined); // who needs the kernels is told
    return all;
  }

  /**
   * A program whose kernels are compiled: `begin`, awaited. Throws OutOfMemoryError or ShaderError; nothing stays
   * allocated for it then.
   */
  async finish(heap?: Heap): Promise<Program> {
    const program = this.begin(heap);
    await program.ready;
    return program;
  }

  /**
   * Plans, allocates and starts to compile. The program's first run waits for its kernels, and rejects if they don't
   * compile or memory ran out. With `heap` it shares that memory with programs that never run at the same time.
   */
  begin(heap?: Heap): Program {
    const dispatches = [...this.#dispatches];
    for (const [name, tensor] of this.#outputs) {
      const root = this.#root(tensor);
      if (!root) continue;
      if (root.first > dispatches.length) throw new Error(`${this.label}: output '${name}' is never written`);
      root.last = dispatches.length;
    }
    const live = this.#roots.filter(({ first, last }) => first <= last && last >= 0);
    const plan = planMemory(this.#lifetimes(live), this.#arenaLimit());
    const { gpu } = this;
    const memory = heap ?? new Heap(gpu, this.label);
    const params = packParams(dispatches, gpu.limits.minUniformBufferOffsetAlignment);
    gpu.device.pushErrorScope('out-of-memory');
    memory.reserve(plan.arenas);
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const uniforms = gpu.createBuffer(params.bytes.byteLength, usage, `${this.label} params`);
    const refused = gpu.device.popErrorScope();
    gpu.device.queue.writeBuffer(uniforms, 0, params.bytes);

    const placeOf = new Map(live.map((root, i) => [root, plan.places[i]!]));
    const range = (tensor: Tensor): GPUBufferBinding => {
      if (tensor.buffer) return { buffer: tensor.buffer };
      const place = placeOf.get(this.#root(tensor)!)!;
      return { buffer: memory.arena(place.arena), offset: place.offset, size: bindingBytes(tensor) };
    };
    const ports = (tensors: ReadonlyMap<string, Tensor>) =>
      new Map([...tensors].map(([name, tensor]) => [name, { tensor, range: range(tensor) }]));
    const bind = (kernels: readonly Kernel[]): Step[] =>
      dispatches.map((dispatch, i) => {
        const resources = [
          ...dispatch.inputs.map((tensor) => (tensor ? range(tensor) : { buffer: gpu.empty })),
          ...dispatch.outputs.map(range),
        ];
        const offset = params.offsets[i];
        const size = 16 * Math.ceil((dispatch.params?.length ?? 0) / 4);
        const uniform = offset === undefined ? undefined : { buffer: uniforms, offset, size };
        return boundStep(gpu, dispatch, kernels[i]!, resources, uniform);
      });
    const compile = async (): Promise<readonly Kernel[]> => {
      const kernels = this.compile();
      if (await refused) throw new OutOfMemoryError(`the activations of ${this.label}`, plan.bytes);
      return kernels;
    };
    return new Program(gpu, this.label, {
      compiled: compile(),
      bind,
      ports: () => ({ inputs: ports(this.#inputs), outputs: ports(this.#outputs) }),
      memory: { heap: memory, ownsHeap: !heap, uniforms, plan },
      dispatches: dispatches.length,
      flops: this.flops,
    });
  }

  #arenaLimit(): number {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.gpu.limits;
    return Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 256) * 256;
  }

  #lifetimes(live: readonly Planned[]): Lifetime[] {
    const index = new Map(live.map((root, i) => [root, i]));
    const apart = live.map(() => new Set<number>());
    const numbers = (tensors: readonly (Tensor | undefined)[]) =>
      tensors.flatMap((tensor) => {
        const root = tensor && this.#root(tensor);
        return root ? [index.get(root)!] : [];
      });
    for (const { inputs, outputs } of this.#dispatches) {
      const written = numbers(outputs);
      for (const a of numbers(inputs)) {
        for (const b of written) {
          if (a === b)
            throw new Error(`${this.label}: a dispatch has '${live[a]!.label}' as input and as output`);
          apart[a]!.add(b);
          apart[b]!.add(a);
        }
      }
    }
    return live.map(({ bytes, first, last }, i) => ({ bytes, first, last, apart: apart[i]! }));
  }
}
