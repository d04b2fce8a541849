// A recorded evaluation: replayed without allocation, shader work or graph walking.

import type { Gpu } from './device.ts';
import type { Heap } from './heap.ts';
import type { MemoryPlan } from './memory.ts';
import type { Kernel } from './pipelines.ts';
import { readTensor } from './readback.ts';
import { pack, type Tensor } from './tensor.ts';

/** One resolved dispatch. */
export interface Step {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
  readonly label: string;
  readonly flops: number;
}

/** An input or output and where it lies. */
export interface Port {
  readonly tensor: Tensor;
  readonly range: GPUBufferBinding;
}

/** Inputs and outputs by name, in the memory that the program has at present. */
export interface Ports {
  readonly inputs: ReadonlyMap<string, Port>;
  readonly outputs: ReadonlyMap<string, Port>;
}

/** The memory of a program. */
export interface ProgramMemory {
  readonly heap: Heap;
  /** Whether the heap is freed with the program. */
  readonly ownsHeap: boolean;
  readonly uniforms: GPUBuffer;
  readonly plan: MemoryPlan;
}

/** What a recorder makes a program of. */
export interface Recorded {
  /** The kernel of every dispatch. */
  readonly compiled: Promise<readonly Kernel[]>;
  /** Dispatches and ports bound to the heap as it is when they are called. */
  readonly bind: (kernels: readonly Kernel[]) => readonly Step[];
  readonly ports: () => Ports;
  readonly memory: ProgramMemory;
  readonly dispatches: number;
  readonly flops: number;
}

/** Options of {@link Program.run}. */
export interface RunOptions {
  /** Checked between submissions; rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * A submission should last about this long: long enough to hide the cost of submitting, short enough that the page
 * stays alive, a cancel is answered at once and no driver's watchdog (2 s on Windows) is ever met.
 */
const SUBMISSION_MS = 60;

/** A replayable list of dispatches and the memory it works in. */
export class Program {
  /** Steps per submission, adapted to how long submissions take on this device. */
  #chunk = 16;

  readonly #recorded: Recorded;
  #ports: Ports;
  #portsOf: number;
  #steps: readonly Step[] = [];
  #stepsOf = -1;
  /** Resolves when all kernels are compiled; rejects with ShaderError or OutOfMemoryError, and the memory is freed. */
  readonly ready: Promise<void>;

  constructor(
    readonly gpu: Gpu,
    readonly label: string,
    recorded: Recorded,
  ) {
    this.#recorded = recorded;
    this.#ports = recorded.ports();
    this.#portsOf = recorded.memory.heap.generation;
    this.ready = gpu.orFailed(recorded.compiled).then(
      () => undefined,
      (error: unknown) => {
        this.dispose();
        throw error;
      },
    );
    this.ready.catch(() => undefined); // whoever runs the program is told
  }

  /** What the plan needs: `memory.bytes` is what the program's activations take of its heap. */
  get memory(): MemoryPlan {
    return this.#recorded.memory.plan;
  }

  /** Number of dispatches. */
  get dispatches(): number {
    return this.#recorded.dispatches;
  }

  /** Sum of the work estimates of all dispatches. */
  get flops(): number {
    return this.#recorded.flops;
  }

  /** Inputs by name. */
  get inputs(): ReadonlyMap<string, Port> {
    return this.#currentPorts.inputs;
  }

  /** Outputs by name. */
  get outputs(): ReadonlyMap<string, Port> {
    return this.#currentPorts.outputs;
  }

  get #currentPorts(): Ports {
    const { generation } = this.#recorded.memory.heap;
    if (generation !== this.#portsOf) {
      this.#ports = this.#recorded.ports();
      this.#portsOf = generation;
    }
    return this.#ports;
  }

  /** The dispatches, bound to the heap as it is once the kernels are compiled. */
  async steps(): Promise<readonly Step[]> {
    await this.gpu.time.compiling(this.ready);
    const kernels = await this.#recorded.compiled;
    const { generation } = this.#recorded.memory.heap;
    if (generation !== this.#stepsOf) {
      this.#steps = this.#recorded.bind(kernels);
      this.#stepsOf = generation;
    }
    return this.#steps;
  }

  /** Writes an input: numbers in the tensor's order (converted to its element type), exactly as many as it holds. */
  write(name: string, values: ArrayLike<number>): void {
    const { tensor, range } = this.#port('inputs', name);
    const count = tensor.shape.reduce((a, b) => a * b, 1);
    if (values.length !== count) {
      throw new RangeError(
        `${this.label}: input '${name}' holds ${count} values [${tensor.shape.join(', ')}], got ${values.length}`,
      );
    }
    this.gpu.device.queue.writeBuffer(range.buffer, range.offset ?? 0, pack(values, tensor.dtype));
  }

  /** Records a copy of a tensor with its own memory into an input, before the next run. Shapes must hold as many bytes. */
  copyIn(name: string, from: Tensor & { readonly buffer: GPUBuffer }, fromOffset = 0): void {
    const { range } = this.#port('inputs', name);
    const encoder = this.gpu.device.createCommandEncoder({ label: `${this.label} copy in ${name}` });
    const size = Math.min(range.size!, from.buffer.size - fromOffset);
    encoder.copyBufferToBuffer(from.buffer, fromOffset, range.buffer, range.offset ?? 0, size);
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  /** Copies an output into a tensor with its own memory, after the last run. */
  copyOut(name: string, to: Tensor & { readonly buffer: GPUBuffer }, toOffset = 0): void {
    const { range } = this.#port('outputs', name);
    const encoder = this.gpu.device.createCommandEncoder({ label: `${this.label} copy out ${name}` });
    const size = Math.min(range.size ?? to.buffer.size, to.buffer.size - toOffset);
    encoder.copyBufferToBuffer(range.buffer, range.offset ?? 0, to.buffer, toOffset, size);
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  /** Runs every dispatch. Resolves when the device has finished; rejects on abort, device loss or a GPU error. */
  async run({ signal }: RunOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    const { heap } = this.#recorded.memory;
    const steps = await this.steps();
    if (heap.owner !== this && this.inputs.size > 0) {
      throw new Error(
        `${this.label}: write the inputs before the run: they are new, or another program has used the memory`,
      );
    }
    heap.owner = this;
    const pending: Promise<void>[] = [];
    let last = performance.now();
    for (let start = 0; start < steps.length;) {
      const end = Math.min(start + this.#chunk, steps.length);
      const submission = this.gpu.submit(this.#encode(steps.slice(start, end)));
      submission.catch(() => undefined); // the one before it may fail first: then nobody awaits this one
      pending.push(submission);
      const size = end - start;
      start = end;
      if (pending.length < 2) continue;
      // Two submissions in flight keep the device busy while the first is awaited.
      await pending.shift();
      const now = performance.now();
      this.#adapt(size, now - last);
      last = now;
      signal?.throwIfAborted();
    }
    await Promise.all(pending);
    signal?.throwIfAborted();
  }

  #adapt(size: number, ms: number): void {
    const ideal = (size * SUBMISSION_MS) / Math.max(ms, 0.1);
    this.#chunk = Math.round(Math.min(256, Math.max(1, ideal, 0.25 * this.#chunk), 2 * this.#chunk + 1));
  }

  #encode(steps: readonly Step[]): GPUCommandBuffer {
    const encoder = this.gpu.device.createCommandEncoder({ label: this.label });
    const pass = encoder.beginComputePass();
    for (const step of steps) encodeStep(pass, step);
    pass.end();
    return encoder.finish();
  }

  /** The numbers of an output of the last run, as f32 (u32 and i32 as they are). */
  async read(name: string): Promise<Float32Array | Uint32Array | Int32Array> {
    const { tensor, range } = this.#port('outputs', name);
    return readTensor(this.gpu, tensor, range);
  }

  /** Bytes of the parameters of its dispatches, which it holds beside its heap. */
  get parameterBytes(): number {
    return this.#recorded.memory.uniforms.size;
  }

  /** The port of that name; writing makes the heap this program's, reading needs it to be. */
  #port(kind: 'inputs' | 'outputs', name: string): Port {
    const { heap } = this.#recorded.memory;
    const ports = this.#currentPorts[kind];
    const port = ports.get(name);
    if (!port) {
      const names = [...ports.keys()].join(', ') || 'none';
      throw new RangeError(`${this.label} has no ${kind.slice(0, -1)} '${name}', only ${names}`);
    }
    if (kind === 'inputs') heap.owner = this;
    else if (heap.owner !== this && !port.tensor.buffer) {
      throw new Error(`${this.label}: '${name}' is gone; another program has used the memory since the run`);
    }
    return port;
  }

  /** Frees the memory, but not a heap that it shares. The program can't run any more. */
  dispose(): void {
    const { uniforms, ownsHeap, heap } = this.#recorded.memory;
    this.gpu.destroyBuffer(uniforms);
    if (ownsHeap) heap.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Encodes one step into a pass. */
export function encodeStep(pass: GPUComputePassEncoder, step: Step): void {
  pass.setPipeline(step.pipeline);
  pass.setBindGroup(0, step.bindGroup);
  pass.dispatchWorkgroups(...step.workgroups);
}
