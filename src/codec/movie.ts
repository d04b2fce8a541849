// What demuxing yields: tracks with exact integer times. A time is in ticks of its track's `timescale` unless said otherwise.

/** One coded access unit as the file stores it, in decode order. */
export interface Sample {
  /** Position in decode order, from 0. */
  readonly index: number;
  /** Absolute byte offset in the file. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  /** Decode time in ticks. */
  readonly dts: number;
  /** Composition time in ticks, before the edit list. */
  readonly cts: number;
  /** Ticks. */
  readonly duration: number;
  /** Marked as a sync sample; for H.264 and HEVC that may be an open GOP (see random-access.ts). */
  readonly isSync: boolean;
  /** ISO samples in this packet: 1, or the run of single PCM frames that were gathered into it. */
  readonly units: number;
}

/** A stretch of media time shown at a stretch of presentation time (ISO/IEC 14496-12, 8.6.6), in track ticks. */
export interface Segment {
  /** Where it starts on the presentation's time line. */
  readonly presentation: number;
  /** Where it starts in the track's media time. */
  readonly media: number;
  /** `Infinity` where the edit runs to the end of the media. */
  readonly duration: number;
  /** `media_rate` 0: the frame at `media` stands still for `duration`. */
  readonly dwell: boolean;
}

/** One frame as it is shown: a sample at its place on the presentation's time line. */
export interface Frame {
  /** Position in presentation order, from 0. */
  readonly index: number;
  /** Index of its sample in decode order. */
  readonly sample: number;
  /** Presentation time in ticks, edit list applied. */
  readonly time: number;
  /** Ticks until the next frame, or until the end. */
  readonly duration: number;
}

/** Turn clockwise by `rotation`, then mirror left–right where `flip`: the order of WebCodecs' VideoFrame. */
export interface Orientation {
  readonly rotation: 0 | 90 | 180 | 270;
  readonly flip: boolean;
}

/** Code points of ISO/IEC 23091-2 as in a `colr` box of type nclx. */
export interface ColourCode {
  readonly primaries: number;
  readonly transfer: number;
  readonly matrix: number;
  readonly fullRange: boolean;
}

/** The video track that is edited. */
export interface VideoTrack {
  readonly id: number;
  /** Ticks per second. */
  readonly timescale: number;
  /** Codec string as WebCodecs wants it, e.g. `avc1.640028`. */
  readonly codec: string;
  /** Payload of avcC or hvcC, raw from the file; absent for codecs that need none. */
  readonly description?: Uint8Array<ArrayBuffer>;
  /** Pixels as coded (sample entry), before sample aspect and rotation. */
  readonly codedWidth: number;
  readonly codedHeight: number;
  /** Pixels as shown: sample aspect applied (the longer way is stretched), then turned. */
  readonly displayWidth: number;
  readonly displayHeight: number;
  /** Width to height of one coded pixel, in lowest terms (`pasp`, or the H.264 parameter set). */
  readonly sampleAspect: readonly [number, number];
  readonly orientation: Orientation;
  readonly colour?: ColourCode;
  /** False where the file gives no composition times: then the decoder's output order is the order of presentation. */
  readonly hasCompositionTimes: boolean;
  /** Decode order. */
  readonly samples: readonly Sample[];
  /** Presentation order. */
  readonly frames: readonly Frame[];
  /** End of the last frame in ticks. */
  readonly duration: number;
}

/** A sound track: never decoded, its packets are copied. */
export interface AudioTrack {
  readonly id: number;
  readonly timescale: number;
  /** Codec string, e.g. `mp4a.40.2`, `opus`; the bare four-character code where no parameters are known. */
  readonly codec: string;
  readonly sampleRate: number;
  readonly channels: number;
  /** The whole sample entry box, raw: esds, dOps, wave and the rest stay as they are. */
  readonly entry: Uint8Array<ArrayBuffer>;
  /** Packed ISO 639-2/T code as in mdhd. */
  readonly language: number;
  readonly samples: readonly Sample[];
  readonly segments: readonly Segment[];
  /** Presentation end in seconds. */
  readonly duration: number;
}

/** An opened file. Holds no coded data: samples are read from `file` when needed. */
export interface Movie {
  readonly file: Blob;
  readonly video: VideoTrack;
  readonly audio: readonly AudioTrack[];
  /** Seconds: the latest end of all tracks. */
  readonly duration: number;
  /** Set where the file ends before the data that its index promises; bytes. */
  readonly truncated?: { readonly expected: number; readonly got: number };
}
