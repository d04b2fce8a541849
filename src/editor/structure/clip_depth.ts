// The depth of a clip's frames, estimated or given: a first look at frames spread over it gives the range, then maps
// come window by window. A clip of any length needs memory for its first look and one window.

import type { Pixels } from '../source/ingest.ts';
import type { FrameSource, FrameTime, SourceFrame } from '../source/source.ts';
import { type DepthRange, depthRange } from './structure.ts';

/** Frames of the first look at most. */
export const FIRST_LOOK = 64;

/** What makes depth maps of frames, a batch at a time; `DepthEstimator` does, and `DepthReader` of a given pass. */
export interface DepthMaker<P = Pixels> {
  /** Frames of a batch. */
  readonly batch: number;
  /** Puts a frame into slot `index` of the batch. */
  put(index: number, pixels: P): Promise<void>;
  /** Depth maps `[h, w]` of the first `count` slots, larger is nearer. */
  estimate(count: number, signal?: AbortSignal): Promise<Float32Array[]>;
}

/** Runs a stage on the present engine's maker of depth; again on the next one's when the device is lost. */
export type WithDepth<P = Pixels> = <T>(stage: (depth: DepthMaker<P>) => Promise<T>) => Promise<T>;

/** The structure of a clip: depth maps of its frames and the range of all of them. */
export interface StructureClip {
  readonly frames: readonly FrameTime[];
  readonly range: DepthRange;
  /** Maps of all frames, where the first look has seen them all; until `maps` is called. */
  readonly known: readonly Float32Array[] | undefined;
  /** Maps of the frames at `indices`, which must not go back behind earlier calls by more than a window. */
  maps(indices: readonly number[]): Promise<Float32Array[]>;
  /** Stops reading. */
  close(): Promise<void>;
}

/** Options of {@link ClipDepth.look}. */
export interface LookOptions<P = Pixels> {
  readonly signal?: AbortSignal | undefined;
  /** Frames seen, of all that will be. Undefined where the source doesn't know. */
  readonly onFrame?: (seen: number, total: number | undefined) => void;
  /** Shown every frame of the first look before its depth is estimated. */
  readonly onPixels?: (frame: SourceFrame<P>) => void;
}

/** Depth maps of the frames of a clip. */
export class ClipDepth<P = Pixels> implements StructureClip {
  readonly #maps: Map<number, Float32Array>;
  #seen: number;
  #rest: AsyncGenerator<[number, Float32Array], void, undefined> | undefined;

  private constructor(
    private readonly source: FrameSource<P>,
    private readonly withDepth: WithDepth<P>,
    readonly frames: readonly FrameTime[],
    readonly range: DepthRange,
    maps: Map<number, Float32Array>,
    private readonly options: LookOptions<P>,
  ) {
    this.#maps = maps;
    this.#seen = maps.size;
  }

  /** Looks at up to 64 frames spread over the clip; at all frames of a source that can be read only once. */
  static async look<P = Pixels>(
    source: FrameSource<P>,
    withDepth: WithDepth<P>,
    options: LookOptions<P> = {},
  ): Promise<ClipDepth<P>> {
    const { signal, onFrame, onPixels } = options;
    const indices = source.frames && spread(source.frames.length, FIRST_LOOK);
    const maps = new Map<number, Float32Array>();
    const times: FrameTime[] = [];
    for await (const [index, map, { time, duration }] of depthOf(
      shown(source.read(indices, signal), onPixels),
      withDepth,
      signal,
    )) {
      maps.set(index, map);
      times.push({ time, duration });
      onFrame?.(maps.size, source.frames?.length);
    }
    const range = depthRange(
      source.frames ? maps.values() : spread(maps.size, FIRST_LOOK).map((i) => maps.get(i)!),
    );
    return new ClipDepth(source, withDepth, source.frames ?? times, range, maps, options);
  }

  get known(): readonly Float32Array[] | undefined {
    const maps = this.frames.flatMap((_, index) => this.#maps.get(index) ?? []);
    return maps.length === this.frames.length ? maps : undefined;
  }

  async maps(indices: readonly number[]): Promise<Float32Array[]> {
    const first = indices[0]!;
    for (const index of this.#maps.keys()) {
      if (index < first && this.frames.length > FIRST_LOOK) this.#maps.delete(index);
    }
    const found: Float32Array[] = [];
    for (const index of indices) found.push(this.#maps.get(index) ?? (await this.#next(index)));
    return found;
  }

  async #next(wanted: number): Promise<Float32Array> {
    this.#rest ??= this.#remaining(wanted);
    for (;;) {
      const next = await this.#rest.next();
      if (next.done) throw new RangeError(`clip: frame ${wanted} has been passed`);
      const [index, map] = next.value;
      this.#maps.set(index, map);
      this.#seen += 1;
      this.options.onFrame?.(this.#seen, this.frames.length);
      if (index === wanted) return map;
    }
  }

  /** Reads the frames that the first look left out, from `first` on. */
  async *#remaining(first: number): AsyncGenerator<[number, Float32Array], void, undefined> {
    const looked = new Set(this.#maps.keys());
    const indices = this.frames.map((_, i) => i).filter((i) => i >= first && !looked.has(i));
    for await (const [index, map] of depthOf(
      this.source.read(indices, this.options.signal),
      this.withDepth,
      this.options.signal,
    )) {
      yield [index, map];
    }
  }

  async close(): Promise<void> {
    await this.#rest?.return();
  }
}

/** `frames`, each shown to `onPixels` as it passes. */
async function* shown<P>(
  frames: AsyncIterable<SourceFrame<P>>,
  onPixels: LookOptions<P>['onPixels'],
): AsyncGenerator<SourceFrame<P>, void, undefined> {
  for await (const frame of frames) {
    onPixels?.(frame);
    yield frame;
  }
}

/** Depth of frames in batches. A batch's pixels stay on the CPU until it is done, so that a lost device costs nothing. */
async function* depthOf<P>(
  frames: AsyncIterable<SourceFrame<P>>,
  withDepth: WithDepth<P>,
  signal: AbortSignal | undefined,
): AsyncGenerator<[number, Float32Array, FrameTime], void, undefined> {
  let batch: SourceFrame<P>[] = [];
  const estimate = () =>
    withDepth(async (depth) => {
      for (const [slot, { pixels }] of batch.entries()) await depth.put(slot, pixels);
      return depth.estimate(batch.length, signal);
    });
  const size = await withDepth((depth) => Promise.resolve(depth.batch));
  for await (const frame of frames) {
    batch.push(frame);
    if (batch.length < size) continue;
    const maps = await estimate();
    for (const [i, map] of maps.entries()) yield [batch[i]!.index, map, batch[i]!];
    batch = [];
  }
  if (batch.length === 0) return;
  const maps = await estimate();
  for (const [i, map] of maps.entries()) yield [batch[i]!.index, map, batch[i]!];
}

/** At most `most` whole numbers from 0 to count - 1, first and last among them, evenly spread. */
export function spread(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
}
