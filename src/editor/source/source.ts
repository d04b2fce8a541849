// Where an edit's frames come from: a video file, or frames that the caller has.

import { type Movie, decode, demux, MediaError, pick, type Picked, readPlanes } from '../../codec/index.ts';
import type { Size } from '../ask/geometry.ts';
import type { ResolvedOptions } from '../ask/options.ts';
import type { Pixels } from './ingest.ts';

/** When a frame is shown, in ticks of its source's timescale. */
export interface FrameTime {
  readonly time: number;
  readonly duration: number;
}

/** A frame that was read. */
export interface SourceFrame<P = Pixels> extends FrameTime {
  /** Position among the frames that are edited. */
  readonly index: number;
  readonly pixels: P;
}

/** Frames to edit; `P` is what a frame's pixels come as. */
export interface FrameSource<P = Pixels> {
  /** Size as shown, after rotation and sample aspect. */
  readonly display: Size;
  /** Ticks per second of all times. */
  readonly timescale: number;
  /** The edited frames' times, known before they are read; undefined where they come as they come. */
  readonly frames: readonly FrameTime[] | undefined;
  /** Ticks at which the last frame ends, once all frames are known. */
  readonly end: number;
  /** Frames in order: those at `indices`, or all that come. A source without `frames` can be read once. */
  read(indices: readonly number[] | undefined, signal?: AbortSignal): AsyncIterable<SourceFrame<P>>;
  /** Lets go of what is open before it was read; `read` itself closes all that it has begun. */
  close?(): Promise<void>;
  /** The file and its edited part, for sound and timing. */
  readonly movie?: { readonly movie: Movie; readonly picked: Picked };
}

/** Frames that a caller may hand over: closed by the editor once they are read. */
export type FrameIterable = AsyncIterable<VideoFrame | ImageBitmap> | Iterable<VideoFrame | ImageBitmap>;

/** What to edit: a video file, or frames. */
export type VideoSource = Blob | FrameIterable;

/** The frames that `options` choose. Throws as {@link fileSource} and {@link iterableSource} do. */
export function openSource(
  source: VideoSource,
  options: Pick<ResolvedOptions, 'start' | 'duration' | 'fps'>,
  signal: AbortSignal,
): Promise<FrameSource> {
  return source instanceof Blob ? fileSource(source, options, signal) : iterableSource(source, options);
}

/** The part of a video file that `options` choose. Throws MediaError for files that can't be read, RangeError for a part outside. */
export async function fileSource(
  file: Blob,
  { start, duration, fps }: Pick<ResolvedOptions, 'start' | 'duration' | 'fps'>,
  signal?: AbortSignal,
): Promise<FrameSource> {
  const movie = await demux(file, signal ? { signal } : {});
  const { video } = movie;
  const picked = pick(video, { start, fps, ...(duration !== undefined && { duration }) });
  return {
    display: { width: video.displayWidth, height: video.displayHeight },
    timescale: video.timescale,
    frames: picked.frames,
    end: picked.end,
    movie: { movie, picked },
    async *read(indices = picked.frames.map((_, i) => i), readSignal) {
      const frames = indices.map((index) => picked.frames[index]!);
      const indexOf = new Map(frames.map((frame, i) => [frame, indices[i]!]));
      for await (const { frame, source } of decode(movie, {
        frames,
        ...(readSignal && { signal: readSignal }),
      })) {
        const { time, duration: ticks } = source;
        const index = indexOf.get(source)!;
        yield {
          index,
          time,
          duration: ticks,
          pixels: { planes: await readPlanes(frame), orientation: video.orientation },
        };
      }
    },
  };
}

/** Ticks per second of frames that the caller hands over: VideoFrame's microseconds. */
const MICROSECONDS = 1_000_000;

/** How the items of a caller's list are frames. */
export interface ItemReader<T, P> {
  /** What a list must be, and that an empty one is refused; both for people. */
  readonly wanted: string;
  readonly empty: string;
  display(item: T): Size;
  /** `time` and `duration` for an item that has none of its own. */
  read(item: T, time: number, duration: number): Promise<FrameTime & { readonly pixels: P }>;
  close(item: T): void;
}

const IMAGES: ItemReader<VideoFrame | ImageBitmap, Pixels> = {
  wanted: 'A video to edit is a Blob, or an iterable of VideoFrames or ImageBitmaps.',
  empty: 'There is no frame to edit: the given frames ended before the first.',
  display: (image) =>
    'displayWidth' in image
      ? { width: image.displayWidth, height: image.displayHeight }
      : { width: image.width, height: image.height },
  read: readImage,
  close: (image) => image.close(),
};

/**
 * Frames of a caller. VideoFrames keep their timestamps; ImageBitmaps are shown `fps` a second (default 8).
 * Throws MediaError `no-frames` when there is none, TypeError for what is no list of frames and for options that
 * choose a part of a file.
 */
export function iterableSource(
  frames: FrameIterable,
  options: Pick<ResolvedOptions, 'start' | 'duration' | 'fps'>,
): Promise<FrameSource> {
  return listSource(frames, options, IMAGES);
}

/** {@link iterableSource} of items that `reader` reads; each is closed at once. Throws as it does. */
export async function listSource<T, P>(
  frames: AsyncIterable<T> | Iterable<T>,
  { start, duration, fps }: Pick<ResolvedOptions, 'start' | 'duration' | 'fps'>,
  reader: ItemReader<T, P>,
): Promise<FrameSource<P>> {
  const interval = MICROSECONDS / (fps === 'source' ? 8 : fps);
  if (!isIterable(frames)) {
    throw new TypeError(reader.wanted);
  }
  if (start > 0 || duration !== undefined) {
    throw new TypeError(
      'options.start and options.duration choose a part of a file; give just the frames to edit.',
    );
  }
  const iterator =
    Symbol.asyncIterator in frames ? frames[Symbol.asyncIterator]() : frames[Symbol.iterator]();
  const first = await iterator.next();
  if (first.done) {
    throw new MediaError('decode', 'no-frames', reader.empty);
  }
  const state = { end: 0, begun: false };
  const image = first.value;
  return {
    display: reader.display(image),
    timescale: MICROSECONDS,
    frames: undefined,
    get end() {
      return state.end;
    },
    async *read(_indices, signal) {
      let index = 0;
      state.begun = true;
      let next: IteratorResult<T> = first;
      try {
        for (; !next.done; next = await iterator.next()) {
          const frame = next.value;
          let read;
          try {
            signal?.throwIfAborted();
            read = await reader.read(frame, Math.round(index * interval), Math.round(interval));
          } finally {
            // At once: a decoder behind the iterable may have only a few frames to lend.
            reader.close(frame);
          }
          state.end = read.time + read.duration;
          yield { index, ...read };
          index += 1;
        }
      } finally {
        if (!next.done) await iterator.return?.();
      }
    },
    async close() {
      if (state.begun) return;
      state.begun = true;
      reader.close(image);
      await iterator.return?.();
    },
  };
}

function isIterable(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)
  );
}

/** A frame's pixels, and its time where it has one. It stays open. Throws as `readPlanes` does. */
export async function readImage(
  image: VideoFrame | ImageBitmap,
  time: number,
  duration: number,
): Promise<FrameTime & { readonly pixels: Pixels }> {
  const frame = 'timestamp' in image ? image : new VideoFrame(image, { timestamp: time });
  try {
    const planes = await readPlanes(frame);
    const pixels = { planes, orientation: { rotation: 0, flip: false } } as const;
    return { time: frame.timestamp, duration: frame.duration ?? duration, pixels };
  } finally {
    if (frame !== image) frame.close();
  }
}
