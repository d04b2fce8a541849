// The memory that programs work in. Programs that run one after the other share one heap: it is as large as the
// largest of them needs, not as their sum.

import type { Gpu } from './device.ts';

/** Arenas of one or several programs. */
export class Heap {
  readonly #arenas: GPUBuffer[] = [];
  #generation = 0;
  /** The program whose numbers lie here; others' inputs and outputs are gone. */
  owner: object | undefined;

  constructor(
    readonly gpu: Gpu,
    readonly label: string,
  ) {}

  /** Counts up when an arena was replaced by a larger one: programs then bind anew. */
  get generation(): number {
    return this.#generation;
  }

  /** Bytes of all arenas. */
  get bytes(): number {
    return this.#arenas.reduce((sum, { size }) => sum + size, 0);
  }

  /** The arena of that number, of the largest size that was reserved. */
  arena(index: number): GPUBuffer {
    return this.#arenas[index]!;
  }

  /** Grows the arenas to at least `sizes`. What lay in a replaced one is gone. Throws as `Gpu.createBuffer` does. */
  reserve(sizes: readonly number[]): void {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    for (const [index, size] of sizes.entries()) {
      const old = this.#arenas[index];
      if (old && old.size >= size) continue;
      if (old) this.gpu.destroyBuffer(old);
      this.#arenas[index] = this.gpu.createBuffer(size, usage, `${this.label} arena ${index}`);
      this.#generation += 1;
      this.owner = undefined;
    }
  }

  /** Frees the arenas. */
  dispose(): void {
    for (const buffer of this.#arenas.splice(0)) this.gpu.destroyBuffer(buffer);
    this.#generation += 1;
    this.owner = undefined;
  }
}
