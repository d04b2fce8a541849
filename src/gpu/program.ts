// A recorded evaluation: replayed without allocation, shader work or graph walking.

import type { Gpu } from './device.ts';
import type { MemoryPlan } from './memory.ts';
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

interface Port {
  readonly tensor: Tensor;
  readonly range: GPUBufferBinding;
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

  constructor(
    readonly gpu: Gpu,
    readonly label: string,
    readonly steps: readonly Step[],
    readonly inputs: ReadonlyMap<string, Port>,
    readonly outputs: ReadonlyMap<string, Port>,
    private readonly owned: readonly GPUBuffer[],
    /** What the plan needs; `memory.bytes` is what was allocated for activations. */
    readonly memory: MemoryPlan,
  ) {}

  /** Writes an input: numbers in the tensor's order (converted to its element type), exactly as many as it holds. */
  write(name: string, values: ArrayLike<number>): void {
    const { tensor, range } = this.#port(this.inputs, name, 'input');
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
    const { range } = this.#port(this.inputs, name, 'input');
    const encoder = this.gpu.device.createCommandEncoder({ label: `${this.label} copy in ${name}` });
    const size = Math.min(range.size!, from.buffer.size - fromOffset);
    encoder.copyBufferToBuffer(from.buffer, fromOffset, range.buffer, range.offset ?? 0, size);
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  /** Copies an output into a tensor with its own memory, after the last run. */
  copyOut(name: string, to: Tensor & { readonly buffer: GPUBuffer }, toOffset = 0): void {
    const { range } = this.#port(this.outputs, name, 'output');
    const encoder = this.gpu.device.createCommandEncoder({ label: `${this.label} copy out ${name}` });
    const size = Math.min(range.size ?? to.buffer.size, to.buffer.size - toOffset);
    encoder.copyBufferToBuffer(range.buffer, range.offset ?? 0, to.buffer, toOffset, size);
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  /** Runs every dispatch. Resolves when the device has finished; rejects on abort, device loss or a GPU error. */
  async run({ signal }: RunOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    const pending: Promise<void>[] = [];
    let last = performance.now();
    for (let start = 0; start < this.steps.length;) {
      const end = Math.min(start + this.#chunk, this.steps.length);
      pending.push(this.gpu.submit(this.#encode(start, end)));
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

  #encode(start: number, end: number): GPUCommandBuffer {
    const encoder = this.gpu.device.createCommandEncoder({ label: this.label });
    const pass = encoder.beginComputePass();
    for (let i = start; i < end; i++) encodeStep(pass, this.steps[i]!);
    pass.end();
    return encoder.finish();
  }

  /** The numbers of an output of the last run, as f32 (u32 and i32 as they are). */
  async read(name: string): Promise<Float32Array | Uint32Array | Int32Array> {
    const { tensor, range } = this.#port(this.outputs, name, 'output');
    return readTensor(this.gpu, tensor, range);
  }

  /** Sum of the work estimates of all dispatches. */
  get flops(): number {
    return this.steps.reduce((sum, step) => sum + step.flops, 0);
  }

  #port(ports: ReadonlyMap<string, Port>, name: string, kind: string): Port {
    const port = ports.get(name);
    if (!port)
      throw new RangeError(
        `${this.label} has no ${kind} '${name}', only ${[...ports.keys()].join(', ') || 'none'}`,
      );
    return port;
  }

  /** Frees the arenas. The program can't run any more. */
  dispose(): void {
    for (const buffer of this.owned) this.gpu.destroyBuffer(buffer);
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
