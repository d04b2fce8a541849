// Coded samples to VideoFrames: in presentation order, at exact source times, only the frames that were asked for.
import { colourSpaceInit } from './colour.ts';
import { DecoderRun } from './decoder-run.ts';
import type { DecodedFrame, RunPlan } from './decoder-run.ts';
import { MediaError } from './errors.ts';
import { withReorderDepth } from './h264-reorder.ts';
import type { Frame, Movie, VideoTrack } from './movie.ts';
import { safeStart } from './random-access.ts';
import { isPresent, SampleReader } from './sample-reader.ts';

/** How `decode` is called. */
export interface DecodeOptions {
  /** Which frames, in presentation order (from `pick`, or any of `movie.video.frames`). Default: all. */
  readonly frames?: readonly Frame[];
  /** Decode what a truncated file still holds. Default: refuse it where data of the asked frames is missing. */
  readonly partial?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A decoder that needs more than one packet before it puts out a frame gets this many beyond the last asked one. */
const REORDER_DEPTH = 16;

/**
 * Decodes frames one by one, in the order of `frames`. Decoding starts at the closest picture before them that resets
 * the decoder; everything not asked for is closed at once. At most a handful of frames are alive at any time.
 * A decoder that fails is replaced once by a software one, from where it stopped.
 * Throws MediaError (`unsupported-codec`, `truncated`, `damaged`, `no-frames`, `failed`), or the signal's reason.
 */
export async function* decode(
  movie: Movie,
  { frames = movie.video.frames, partial = false, signal }: DecodeOptions = {},
): AsyncGenerator<DecodedFrame, void, undefined> {
  const config = await decoderConfig(movie.video);
  const reader = new SampleReader(movie.file, movie.video.samples);
  let given = 0;
  for (const run of ascendingRuns(frames, movie.video)) {
    let done = 0;
    for (const hardwareAcceleration of ['no-preference', 'prefer-software'] as const) {
      const plan = await planRun(movie, run.slice(done), reader, partial, signal);
      const decoder = new DecoderRun({ ...config, hardwareAcceleration }, movie.video, reader, plan, signal);
      try {
        for await (const decoded of decoder.frames()) {
          given++;
          done = run.indexOf(decoded.source, done) + 1;
          yield decoded;
        }
        break;
      } catch (error) {
        const isRetry = hardwareAcceleration === 'prefer-software';
        if (isRetry || !(error instanceof MediaError) || error.stage !== 'decode') throw error;
      }
    }
  }
  if (given === 0) throw noFrames(movie.video);
  if (given < frames.length && !partial) {
    throw new MediaError(
      'decode',
      'damaged',
      `The decoder gave ${given} of ${frames.length} frames (${movie.video.codec}): the coded data is damaged. ` +
        'Export the clip again from its source.',
    );
  }
}

async function planRun(
  { file, video }: Movie,
  frames: readonly Frame[],
  reader: SampleReader,
  partial: boolean,
  signal?: AbortSignal,
): Promise<RunPlan> {
  const indices = frames.map(({ sample }) => sample);
  const lowest = indices.reduce((a, b) => Math.min(a, b), Infinity);
  const highest =
    indices.reduce((a, b) => Math.max(a, b), -1) + (video.hasCompositionTimes ? 0 : REORDER_DEPTH);
  let last = Math.min(highest, video.samples.length - 1);
  const first = await safeStart(video, Math.min(lowest, last), reader, signal);
  const missing = video.samples.findIndex((sample, i) => i >= first && i <= last && !isPresent(sample, file));
  if (missing >= 0) {
    if (!partial || missing === first) throw truncated(file, video, missing);
    last = missing - 1;
  }
  return { first, last, frames };
}

/** Splits a list where an edit list jumps back or repeats: each run has strictly rising composition times. */
function ascendingRuns(frames: readonly Frame[], { samples }: VideoTrack): Frame[][] {
  const runs: Frame[][] = [];
  let last = Infinity;
  for (const frame of frames) {
    const cts = samples[frame.sample]?.cts ?? 0;
    if (cts > last) runs.at(-1)?.push(frame);
    else runs.push([frame]);
    last = cts;
  }
  return runs;
}

async function decoderConfig(video: VideoTrack): Promise<VideoDecoderConfig> {
  const config: VideoDecoderConfig = {
    codec: video.codec,
    codedWidth: video.codedWidth,
    codedHeight: video.codedHeight,
    ...(video.description && { description: withReorderDepth(video) }),
    ...(video.colour && { colorSpace: colourSpaceInit(video.colour) }),
  };
  const known =
    typeof VideoDecoder === 'function' &&
    (await VideoDecoder.isConfigSupported(config).then(
      ({ supported }) => supported === true,
      () => false, // a codec string that WebCodecs has no name for
    ));
  if (known) return config;
  throw new MediaError(
    'decode',
    'unsupported-codec',
    `This browser can't decode ${video.codec} at ${video.codedWidth}×${video.codedHeight}. ` +
      'Convert the clip to H.264 first, for example: ffmpeg -i input.mp4 -c:v libx264 -pix_fmt yuv420p clip.mp4',
  );
}

function truncated(file: Blob, { samples }: VideoTrack, missing: number): MediaError {
  const { offset, size } = samples[missing] ?? { offset: 0, size: 0 };
  return new MediaError(
    'decode',
    'truncated',
    `The file ends before the video does: frame ${missing + 1} of ${samples.length} (decode order) needs bytes up to ` +
      `${offset + size}, the file has ${file.size}. Copy or download it again, or choose an earlier part.`,
  );
}

const noFrames = ({ codec, samples }: VideoTrack): MediaError =>
  new MediaError(
    'decode',
    'no-frames',
    `No frame came out of ${samples.length} coded samples (${codec}). The clip is damaged; export it again from its source.`,
  );
