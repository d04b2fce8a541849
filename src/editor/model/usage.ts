// What an edit uses: time of the GPU, of compilers and of codecs, and memory; over all devices that it was given.

import type { Gpu } from '../../gpu/index.ts';

/** What was used. Times in milliseconds; none is counted twice. */
export interface Usage {
  /** In which the GPU was working. */
  readonly busyMs: number;
  /** In which it stood idle until kernels were compiled. */
  readonly compileMs: number;
  /** In which it stood idle while frames were decoded, encoded, read or written. */
  readonly codecMs: number;
  /** Most bytes of GPU buffers that were alive at once. */
  readonly peakBytes: number;
}

/** Counts from `start` on. */
export class UsageAccount {
  #gpu: Gpu;
  /** Of devices that were lost. */
  #lost = { busyMs: 0, compileMs: 0, peakBytes: 0 };
  /** What this device's account said when counting began. */
  #since = { busyMs: 0, compileMs: 0 };
  #codecMs = 0;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  /** Starts counting anew. */
  start(): void {
    const { time, allocatedBytes } = this.#gpu;
    this.#gpu.peakBytes = allocatedBytes;
    this.#lost = { busyMs: 0, compileMs: 0, peakBytes: 0 };
    this.#since = { busyMs: time.busyMs, compileMs: time.compileMs };
    this.#codecMs = 0;
  }

  /** Goes on with the next device. */
  moveTo(gpu: Gpu): void {
    this.#lost = this.usage;
    this.#since = { busyMs: 0, compileMs: 0 };
    this.#gpu = gpu;
  }

  /** What was used so far. */
  get usage(): Usage {
    const { time, peakBytes } = this.#gpu;
    return {
      busyMs: this.#lost.busyMs + time.busyMs - this.#since.busyMs,
      compileMs: this.#lost.compileMs + time.compileMs - this.#since.compileMs,
      codecMs: this.#codecMs,
      peakBytes: Math.max(this.#lost.peakBytes, peakBytes),
    };
  }

  /** A codec begins to work; call what this gives when it has ended. */
  codec(): () => void {
    const start = performance.now();
    const { busyMs, compileMs } = this.usage;
    return () => {
      const now = this.usage;
      const counted = now.busyMs - busyMs + (now.compileMs - compileMs);
      this.#codecMs += Math.max(0, performance.now() - start - counted);
    };
  }

  /** `frames` as they come; the time in which they are awaited is a codec's. */
  async *awaited<T>(frames: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    const iterator = frames[Symbol.asyncIterator]();
    let next: IteratorResult<T> | undefined;
    try {
      for (;;) {
        const ended = this.codec();
        next = await iterator.next();
        ended();
        if (next.done) return;
        yield next.value;
      }
    } finally {
      if (!next?.done) await iterator.return?.();
    }
  }

  /** `frames` for a codec that takes them one by one; the time in which it doesn't ask for more is its own. */
  async *taken<T>(frames: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    for await (const frame of frames) {
      const ended = this.codec();
      try {
        yield frame;
      } finally {
        ended();
      }
    }
  }
}
