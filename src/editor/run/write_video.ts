// Edited frames to a video file, with the source's sound and timing.

import { encode, type EncoderFrame, mux } from '../../codec/index.ts';
import type { FrameSource } from '../source/source.ts';
import type { EditedFrame, EditJob } from './edit_job.ts';

/** A written video. */
export interface WrittenVideo {
  readonly video: Blob;
  readonly frames: number;
}

/** Encodes `frames` of `job` as they come. Throws MediaError where the browser can't encode, or what the frames throw. */
export async function writeVideo(
  { session, source, shape, signal, onProgress }: EditJob,
  frames: AsyncIterable<EditedFrame>,
): Promise<WrittenVideo> {
  let count = 0;
  const counted = async function* (): AsyncGenerator<EncoderFrame, void, undefined> {
    for await (const { data, time, duration } of frames) {
      count += 1;
      yield { data, time, duration };
    }
  };
  const { timescale, movie } = source;
  const fps = framesPerSecond(source);
  const { account } = session;
  const encoded = await encode(account.taken(counted()), { ...shape.output, timescale, fps, signal });
  const written = account.codec();
  onProgress?.({ phase: 'write', done: 0, total: 1, fraction: 1, remaining: 0 });
  const part = movie && { start: movie.picked.start, end: movie.picked.end };
  const video = await mux(encoded, movie && part ? { source: movie.movie, part } : {});
  written();
  signal?.throwIfAborted();
  return { video, frames: count };
}

/** For the encoder's level and bitrate: the clip's mean frame rate, at least 1. */
function framesPerSecond({ frames, timescale, end }: FrameSource): number {
  const first = frames?.[0]?.time ?? 0;
  const seconds = (end - first) / timescale;
  return frames && seconds > 0 ? Math.max(1, Math.ceil(frames.length / seconds)) : 30;
}
