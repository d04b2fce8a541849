// What is in a file, by decoding every frame of it.
import { decode } from './decode.ts';
import { demux } from './demux.ts';
import type { DemuxOptions } from './demux.ts';
import { MediaError } from './errors.ts';

/** What `probe` found. Times in seconds, edit list applied. */
export interface Probe {
  readonly codec: string;
  readonly codedWidth: number;
  readonly codedHeight: number;
  /** As shown: after sample aspect and rotation. */
  readonly displayWidth: number;
  readonly displayHeight: number;
  /** Degrees clockwise; the mirror, left–right, comes after it. */
  readonly rotation: 0 | 90 | 180 | 270;
  readonly flip: boolean;
  readonly sampleAspect: readonly [number, number];
  /** Frames that were decoded and are shown. */
  readonly frames: number;
  readonly firstTime: number;
  readonly lastTime: number;
  readonly duration: number;
  readonly audio: readonly ProbeAudio[];
  /** The file ends before all the data that its index promises; `frames` counts what is there. */
  readonly truncated: boolean;
}

/** One sound track. */
export interface ProbeAudio {
  readonly codec: string;
  readonly sampleRate: number;
  readonly channels: number;
  readonly packets: number;
  readonly duration: number;
}

/**
 * Opens a file and decodes all of its frames. A truncated file is decoded as far as it goes.
 * Throws MediaError where it can't be opened or shows nothing, or the signal's reason.
 */
export async function probe(file: Blob, { signal }: DemuxOptions = {}): Promise<Probe> {
  const movie = await demux(file, { signal });
  const { video } = movie;
  let frames = 0;
  let first = Infinity;
  let last = -Infinity;
  for await (const { source } of decode(movie, { partial: true, signal })) {
    frames++;
    first = Math.min(first, source.time);
    last = Math.max(last, source.time);
  }
  if (frames < video.frames.length && !movie.truncated) {
    throw new MediaError(
      'decode',
      'damaged',
      `The decoder gave ${frames} of ${video.frames.length} frames (${video.codec}): the coded data is damaged. ` +
        'Export the clip again from its source.',
    );
  }
  return {
    codec: video.codec,
    codedWidth: video.codedWidth,
    codedHeight: video.codedHeight,
    displayWidth: video.displayWidth,
    displayHeight: video.displayHeight,
    rotation: video.orientation.rotation,
    flip: video.orientation.flip,
    sampleAspect: video.sampleAspect,
    frames,
    firstTime: first / video.timescale,
    lastTime: last / video.timescale,
    duration: movie.duration,
    audio: movie.audio.map(({ codec, sampleRate, channels, samples, duration }) => ({
      codec,
      sampleRate,
      channels,
      packets: samples.length,
      duration,
    })),
    truncated: movie.truncated !== undefined,
  };
}
