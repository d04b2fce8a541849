// Reads coded samples from the file in larger pieces: neighbours in decode order mostly lie side by side.
import type { Sample } from './movie.ts';
import { readRange } from './top-level.ts';

/** Bytes read at once at most (a larger sample is read whole). */
const PIECE = 1024 * 1024;

/** Whether the file holds all bytes of a sample. */
export function isPresent(sample: Sample, file: Blob): boolean {
  return sample.offset + sample.size <= file.size;
}

/** Reads samples of one track, best in decode order. Holds one piece of the file. */
export class SampleReader {
  #start = 0;
  #piece = new Uint8Array(0);

  constructor(
    readonly file: Blob,
    readonly samples: readonly Sample[],
  ) {}

  /** Bytes of the sample at `index`: a view that the next `read` may invalidate. Short where the file ends. */
  async read(index: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const sample = this.samples[index];
    if (!sample) throw new RangeError(`Sample ${index} of ${this.samples.length} does not exist.`);
    const end = sample.offset + sample.size;
    if (sample.offset < this.#start || end > this.#start + this.#piece.byteLength) {
      this.#piece = await readRange(this.file, sample.offset, this.#pieceEnd(index, end), signal);
      this.#start = sample.offset;
    }
    return this.#piece.subarray(sample.offset - this.#start, end - this.#start);
  }

  /** Where to stop reading: behind the following samples, as long as they come next and fit. */
  #pieceEnd(index: number, end: number): number {
    const start = this.samples[index]?.offset ?? 0;
    for (let i = index + 1; i < this.samples.length; i++) {
      const { offset, size } = this.samples[i] ?? { offset: 0, size: 0 };
      if (offset < start || offset + size > start + PIECE) break;
      end = Math.max(end, offset + size);
    }
    return end;
  }
}
