// mp4 ⇄ frames with exact times.
//
//   open     demux.ts ← top-level, box-reader (boxes), sample-table, fragments (samples), edit-list (frames),
//            sample-entry, h264-sps (what is coded), orientation; types in movie.ts
//   choose   pick.ts
//   read     decode.ts ← decoder-run (one VideoDecoder), random-access, sample-reader; planes.ts, colour.ts (pixels)
//   write    encode.ts ← codec-levels; mux.ts ← box-writer, sample-entries, audio-cut
//   inspect  probe.ts
//
// Importing runs nothing: mp4box is loaded by the first call that needs it, WebCodecs is touched by the first decode.
export { yuvCoding } from './colour.ts';
export { decode } from './decode.ts';
export type { DecodeOptions } from './decode.ts';
export type { DecodedFrame } from './decoder-run.ts';
export { demux } from './demux.ts';
export type { DemuxOptions } from './demux.ts';
export { encode } from './encode.ts';
export type { EncodedSample, EncodedVideo, EncodeOptions, EncoderFrame } from './encode.ts';
export { MediaError } from './errors.ts';
export type { MediaErrorCode, MediaStage } from './errors.ts';
export type {
  AudioTrack,
  ColourCode,
  Frame,
  Movie,
  Orientation,
  Sample,
  Segment,
  VideoTrack,
} from './movie.ts';
export { mux } from './mux.ts';
export type { MuxOptions } from './mux.ts';
export { pick } from './pick.ts';
export type { Picked, PickOptions } from './pick.ts';
export { readPlanes } from './planes.ts';
export type { PlaneFormat, Planes } from './planes.ts';
export { probe } from './probe.ts';
export type { Probe, ProbeAudio } from './probe.ts';
