// The source's own frames, needed again after its depth was seen: for masks, for their latents, for crisp edges.

import type { Planes } from '../../codec/planes.ts';
import type { FrameSource, SourceFrame } from './source.ts';

/** A frame whose bytes lie in a Blob. */
interface KeptFrame {
  readonly frame: SourceFrame;
  readonly bytes: Blob;
}

/**
 * `source`, readable any number of times. Frames that come once are kept in Blobs as they pass, which a browser may put
 * on disk; a source that knows its frames is read again.
 */
export function rereadable(source: FrameSource): FrameSource {
  if (source.frames) return source;
  let kept: KeptFrame[] | undefined;
  return {
    display: source.display,
    timescale: source.timescale,
    frames: undefined,
    get end() {
      return source.end;
    },
    async *read(indices, signal) {
      if (!kept) {
        kept = [];
        for await (const frame of source.read(indices, signal)) {
          const { planes } = frame.pixels;
          const empty: Planes = { ...planes, data: new Uint8Array() };
          kept.push({
            frame: { ...frame, pixels: { ...frame.pixels, planes: empty } },
            bytes: new Blob([planes.data]),
          });
          yield frame;
        }
        return;
      }
      for (const index of indices ?? kept.keys()) {
        signal?.throwIfAborted();
        const { frame, bytes } = kept[index]!;
        const data = new Uint8Array(await bytes.arrayBuffer());
        yield { ...frame, pixels: { ...frame.pixels, planes: { ...frame.pixels.planes, data } } };
      }
    },
    ...(source.close && { close: () => source.close!() }),
  };
}

/** Reads frames in order, some at a time, with one pass over the source. */
export class FrameReader {
  #frames: AsyncIterator<SourceFrame> | undefined;

  constructor(
    private readonly source: FrameSource,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** The frames at `indices`, which ascend and lie beyond those of earlier calls. Throws RangeError for others. */
  async take(indices: readonly number[]): Promise<SourceFrame[]> {
    this.#frames ??= this.source.read(undefined, this.signal)[Symbol.asyncIterator]();
    const found: SourceFrame[] = [];
    while (found.length < indices.length) {
      const next = await this.#frames.next();
      if (next.done)
        throw new RangeError(`frame ${indices[found.length]} has been passed, or the clip is over`);
      if (next.value.index === indices[found.length]) found.push(next.value);
    }
    return found;
  }

  /** Stops reading. */
  async close(): Promise<void> {
    await this.#frames?.return?.();
  }
}
