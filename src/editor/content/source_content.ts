// What a source shows already: the content from which `strength` leads to the wanted one.

import type { Size } from '../ask/geometry.ts';
import type { Engine } from '../model/engine.ts';
import { ingest } from '../source/ingest.ts';
import type { SourceFrame } from '../source/source.ts';
import { imageEmbeddings } from './content.ts';
import { unitContent } from './prior_loop.ts';

/** Frames that are kept at most: a clip's content changes little, and their pixels are on the CPU. */
const MAX_KEPT = 8;

/** Keeps a few frames, evenly spread, of a clip that passes by once and whose length nobody knows. */
export class SourceContent {
  #kept: SourceFrame[] = [];
  #stride = 1;
  #seen = 0;

  /** Shows it the next frame. */
  offer(frame: SourceFrame): void {
    if (this.#seen % this.#stride === 0) this.#kept.push(frame);
    this.#seen += 1;
    if (this.#kept.length <= MAX_KEPT) return;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }

  /** Positions of the frames that are kept. */
  get kept(): number[] {
    return this.#kept.map(({ index }) => index);
  }

  /** The mean direction of the kept frames' CLIP image embeddings, as content. The frames stay kept: a lost device can ask again. */
  async measure(engine: Engine, working: Size, signal?: AbortSignal): Promise<Float64Array> {
    const pixels = working.width * working.height * 3;
    const rgb = new Float32Array(this.#kept.length * pixels);
    for (const [i, frame] of this.#kept.entries()) {
      const program = await ingest(engine, frame.pixels, working);
      rgb.set(await program.read('rgb'), i * pixels);
    }
    const embeddings = await imageEmbeddings(engine, this.#kept.length, { ...working, rgb }, signal);
    return meanDirection(embeddings);
  }
}

/** The sum of directions, as content (norm √E). */
export function meanDirection(embeddings: readonly ArrayLike<number>[]): Float64Array {
  const units = embeddings.map(unitContent);
  return unitContent(units[0]!.map((_, i) => units.reduce((sum, unit) => sum + unit[i]!, 0)));
}
