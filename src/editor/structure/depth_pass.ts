// A depth pass as structure: maps that a renderer or a camera made, where there is no need to estimate any.

import { MediaError } from '../../codec/errors.ts';
import { resize } from '../../kernels/resize.ts';
import { checkedMap, type DepthMap, type DepthSource } from '../ask/depth_source.ts';
import type { Size } from '../ask/geometry.ts';
import type { Engine } from '../model/engine.ts';
import { ingest, type Pixels } from '../source/ingest.ts';
import {
  fileSource,
  type FrameSource,
  type FrameTime,
  type ItemReader,
  listSource,
  readImage,
} from '../source/source.ts';
import { ClipDepth, type DepthMaker, type LookOptions, spread, type StructureClip } from './clip_depth.ts';
import { DEPTH_BATCH } from './depth.ts';

/** What a frame of a depth pass comes as. */
export type DepthPixels = Pixels | DepthMap;

const WHOLE = { start: 0, duration: undefined, fps: 'source' } as const;

const DEPTHS: ItemReader<VideoFrame | ImageBitmap | DepthMap, DepthPixels> = {
  wanted:
    'options.depth is a Blob, or an iterable of VideoFrames, ImageBitmaps or maps { width, height, data }.',
  empty: 'options.depth ended before its first frame.',
  display: (item) =>
    'displayWidth' in item
      ? { width: item.displayWidth, height: item.displayHeight }
      : { width: item.width, height: item.height },
  read: (item, time, duration) =>
    'data' in item
      ? Promise.resolve({ time, duration, pixels: checkedMap(item) })
      : readImage(item, time, duration),
  close: (item) => {
    if ('close' in item) item.close();
  },
};

/** The frames of a depth pass. Throws TypeError for what is none, MediaError as reading a source does. */
export async function openDepth(depth: DepthSource, signal?: AbortSignal): Promise<FrameSource<DepthPixels>> {
  if (!(depth instanceof Blob)) return listSource(depth, WHOLE, DEPTHS);
  return fileSource(depth, WHOLE, signal).catch((error: unknown) => {
    if (!(error instanceof MediaError)) throw error;
    throw new MediaError(error.stage, error.code, `options.depth: ${error.message}`, { cause: error });
  });
}

/** Brings given depth to the working size. */
export class DepthReader implements DepthMaker<DepthPixels> {
  readonly batch = DEPTH_BATCH;
  readonly #slots: Float32Array[] = [];

  private constructor(
    readonly engine: Engine,
    readonly size: Size,
  ) {}

  /** A reader for maps of `size`. */
  static of(engine: Engine, size: Size): DepthReader {
    return new DepthReader(engine, size);
  }

  async put(index: number, pixels: DepthPixels): Promise<void> {
    this.#slots[index] = await ('planes' in pixels ? this.#grey(pixels) : this.#map(pixels));
  }

  estimate(count: number): Promise<Float32Array[]> {
    return Promise.resolve(this.#slots.slice(0, count));
  }

  /** Luma (BT.709), for passes that are not quite grey. */
  async #grey(pixels: Pixels): Promise<Float32Array> {
    const program = await ingest(this.engine, pixels, this.size);
    const rgb = await program.read('rgb');
    return Float32Array.from(
      { length: rgb.length / 3 },
      (_, i) => 0.2126 * rgb[3 * i]! + 0.7152 * rgb[3 * i + 1]! + 0.0722 * rgb[3 * i + 2]!,
    );
  }

  async #map({ width, height, data }: DepthMap): Promise<Float32Array> {
    const { size } = this;
    const name = `depth map ${width}x${height} ${size.width}x${size.height}`;
    const program = this.engine.program(name, (rec) => {
      const map = rec.input('map', [1, height, width, 1], 'f32');
      rec.output('depth', resize(rec, map, [size.height, size.width], { mode: 'pillow-bilinear' }));
    });
    program.write('map', data);
    await program.run();
    return (await program.read('depth')) as Float32Array;
  }
}

/** A source's frames with the structure of a depth pass. */
export class DepthPass implements StructureClip {
  private constructor(
    readonly frames: readonly FrameTime[],
    private readonly clip: StructureClip,
    /** For each of `frames` its map's position in `clip`. */
    private readonly order: readonly number[],
  ) {}

  /**
   * Pairs the frames of `source` with those of `depth` in their order. The pass has a map for each edited frame, or for
   * each frame of the whole source file; throws RangeError with the counts otherwise. `onPixels` is shown all frames of
   * a source that can be read only once, else a few, spread over it.
   */
  static async look(
    source: FrameSource,
    depth: FrameSource<DepthPixels>,
    withDepth: <T>(stage: (depth: DepthMaker<DepthPixels>) => Promise<T>) => Promise<T>,
    { signal, onFrame, onPixels }: LookOptions = {},
  ): Promise<DepthPass> {
    const times = await passBy(source, onPixels, signal);
    const all = source.movie?.movie.video.frames ?? times;
    const look = { signal, ...(onFrame && { onFrame }) };
    if (depth.frames) {
      const order = pairedFrames(times, all, depth.frames.length);
      const clip = await ClipDepth.look(selected(depth, depth.frames, order), withDepth, look);
      return new DepthPass(
        times,
        clip,
        times.map((_, i) => i),
      );
    }
    const clip = await ClipDepth.look(depth, withDepth, look);
    return new DepthPass(times, clip, pairedFrames(times, all, clip.frames.length));
  }

  get range(): StructureClip['range'] {
    return this.clip.range;
  }

  get known(): StructureClip['known'] {
    const { known } = this.clip;
    return known && this.order.map((index) => known[index]!);
  }

  maps(indices: readonly number[]): Promise<Float32Array[]> {
    return this.clip.maps(indices.map((index) => this.order[index]!));
  }

  close(): Promise<void> {
    return this.clip.close();
  }
}

/** Frames that a source with known times shows to `onPixels`. */
const SHOWN = 8;

/** The times of a source's frames, of which `onPixels` is shown some as they pass. */
async function passBy(
  source: FrameSource,
  onPixels: LookOptions['onPixels'],
  signal: AbortSignal | undefined,
): Promise<readonly FrameTime[]> {
  if (source.frames && !onPixels) return source.frames;
  const times: FrameTime[] = [];
  const indices = source.frames && spread(source.frames.length, SHOWN);
  for await (const frame of source.read(indices, signal)) {
    onPixels?.(frame);
    times.push({ time: frame.time, duration: frame.duration });
  }
  return source.frames ?? times;
}

/**
 * For each edited frame the position of its map in a pass of `count`: the same, or that of the frame among `all` of the
 * file. Throws RangeError where neither fits.
 */
export function pairedFrames(
  edited: readonly FrameTime[],
  all: readonly FrameTime[],
  count: number,
): number[] {
  if (count === edited.length) return edited.map((_, i) => i);
  if (count !== all.length) {
    const whole = all.length === edited.length ? '' : `, ${all.length} in the whole file`;
    throw new RangeError(
      `options.depth has ${count} frames, the source ${edited.length} that are edited${whole}: give a map for each.`,
    );
  }
  const positions = new Map(all.map(({ time }, i) => [time, i]));
  return edited.map(({ time }) => positions.get(time)!);
}

/** The frames of `source` at `order`, as a source of its own. */
function selected<P>(
  source: FrameSource<P>,
  frames: readonly FrameTime[],
  order: readonly number[],
): FrameSource<P> {
  return {
    display: source.display,
    timescale: source.timescale,
    frames: order.map((index) => frames[index]!),
    end: source.end,
    async *read(indices = order.map((_, i) => i), signal) {
      const positions = new Map(indices.map((i) => [order[i]!, i]));
      const wanted = indices.map((i) => order[i]!);
      for await (const frame of source.read(wanted, signal))
        yield { ...frame, index: positions.get(frame.index)! };
    },
  };
}
