// Where an edit's frames come from: a video file, or frames that the caller has.

import { type Movie, decode, demux, MediaError, pick, type Picked, readPlanes } from '../codec/index.ts';
import type { Size } from './geometry.ts';
import type { Pixels } from './ingest.ts';
import type { ResolvedOptions } from './options.ts';

/** When a frame is shown, in ticks of its source's timescale. */
export interface FrameTime {
  readonly time: number;
  readonly duration: number;
}

/** A frame that was read. */
export interface SourceFrame extends FrameTime {
  /** Position among the frames that are edited. */
  readonly index: number;
  readonly pixels: Pixels;
}

/** Frames to edit. */
export interface FrameSource {
  /** Size as shown, after rotation and sample aspect. */
  readonly display: Size;
  /** Ticks per second of all times. */
  readonly timescale: number;
  /** The edited frames' times, known before they are read; undefined where they come as they come. */
  readonly frames: readonly FrameTime[] | undefined;
  /** Ticks at which the last frame ends, once all frames are known. */
  readonly end: number;
  /** Frames in order: those at `indices`, or all that come. A source without `frames` can be read once. */
  read(indices: readonly number[] | undefined, signal?: AbortSignal): AsyncIterable<SourceFrame>;
  /** The file and its edited part, for sound and timing. */
  readonly movie?: { readonly movie: Movie; readonly picked: Picked };
}

/** Frames that a caller may hand over: closed by the editor once they are read. */
export type FrameIterable = AsyncIterable<VideoFrame | ImageBitmap> | Iterable<VideoFrame | ImageBitmap>;

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

/**
 * Frames of a caller. VideoFrames keep their timestamps; ImageBitmaps are shown `fps` a second (default 8).
 * Throws MediaError `no-frames` when there is none.
 */
export async function iterableSource(frames: FrameIterable, fps: number | 'source'): Promise<FrameSource> {
  const interval = MICROSECONDS / (fps === 'source' ? 8 : fps);
  const iterator =
    Symbol.asyncIterator in frames ? frames[Symbol.asyncIterator]() : frames[Symbol.iterator]();
  const first = await iterator.next();
  if (first.done) {
    throw new MediaError(
      'decode',
      'no-frames',
      'There is no frame to edit: the given frames ended before the first.',
    );
  }
  const state = { end: 0 };
  const image = first.value;
  const display =
    'displayWidth' in image
      ? { width: image.displayWidth, height: image.displayHeight }
      : { width: image.width, height: image.height };
  return {
    display,
    timescale: MICROSECONDS,
    frames: undefined,
    get end() {
      return state.end;
    },
    async *read(_indices, signal) {
      let index = 0;
      let next: IteratorResult<VideoFrame | ImageBitmap> = first;
      try {
        for (; !next.done; next = await iterator.next()) {
          const frame = next.value;
          try {
            signal?.throwIfAborted();
            const read = await readImage(frame, Math.round(index * interval), Math.round(interval));
            state.end = read.time + read.duration;
            yield { index, ...read };
            index += 1;
          } finally {
            frame.close();
          }
        }
      } finally {
        if (!next.done) await iterator.return?.();
      }
    },
  };
}

async function readImage(
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
