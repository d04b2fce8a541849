// The one error of the codec layer: which stage refused a file, why, and what the caller can do about it.

/** The step of the pipeline that gave up. */
export type MediaStage = 'demux' | 'decode' | 'encode' | 'mux';

/**
 * Why it gave up; stable, for callers that branch.
 * - `not-mp4`: the bytes are no ISO base media file (MP4, MOV, 3GP).
 * - `truncated`: the file ends before the data that its index promises.
 * - `no-video`: no video track.
 * - `unsupported-codec`: this browser has no decoder (or encoder) for it.
 * - `encrypted`: the samples are protected (Common Encryption).
 * - `no-frames`: a video track that shows no frame.
 * - `damaged`: the structure or the coded data contradicts itself.
 * - `hdr`: PQ or HLG video, which can't be shown as SDR without tone mapping.
 * - `failed`: the browser's codec stopped for a reason of its own.
 */
export type MediaErrorCode =
  | 'not-mp4'
  | 'truncated'
  | 'no-video'
  | 'unsupported-codec'
  | 'encrypted'
  | 'no-frames'
  | 'damaged'
  | 'hdr'
  | 'failed';

/** A file, a codec or a browser that can't do what was asked. The message says what, where and what to do. */
export class MediaError extends Error {
  override readonly name = 'MediaError';
  constructor(
    readonly stage: MediaStage,
    readonly code: MediaErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
