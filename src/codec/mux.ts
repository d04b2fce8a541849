// Writes the edited clip: new video and the source's own sound packets, index first, in one Blob of parts.
import { cutAudio } from './audio-cut.ts';
import { fileType, movieBox, serialise } from './box-writer.ts';
import type { Chunk, MuxEdit, MuxSample, MuxTrack } from './box-writer.ts';
import type { EncodedVideo } from './encode.ts';
import { MediaError } from './errors.ts';
import type { AudioTrack, Movie, Segment } from './movie.ts';
import { loadMp4box } from './mp4box.ts';
import type { Mp4box } from './mp4box.ts';
import { rawBox, videoEntry } from './sample-entries.ts';
import { isPresent } from './sample-reader.ts';

/** How `mux` is called. */
export interface MuxOptions {
  /** Where the sound comes from. */
  readonly source?: Movie;
  /** The part that was edited (from `pick`), in ticks of the video. Default: all of the source. */
  readonly part?: { readonly start: number; readonly end: number };
}

const UNDETERMINED = 0x55c4;
/** Seconds of one track in a row: short enough to play while it downloads. */
const INTERLEAVE = 0.5;
const MAX_UINT32 = 2 ** 32 - 1;

/**
 * Makes an MP4 (progressive, index first). Video times are the source's; where a part was edited they are counted
 * from its start. Sound packets are copied byte for byte, out of the source's Blob by reference; those that the source
 * lost by truncation are left out. Colour BT.709, square pixels, upright: orientation is in the pixels by now.
 * Throws MediaError of stage mux.
 */
export async function mux(video: EncodedVideo, { source, part }: MuxOptions = {}): Promise<Blob> {
  const mp4box = await loadMp4box();
  const isWhole = !part || (part.start === 0 && part.end >= (source?.video.duration ?? part.end));
  const audio = source?.audio ?? [];
  const timescale = commonTimescale(video.timescale, audio);
  const seconds = part && !isWhole ? scaled(part, 1 / video.timescale) : undefined;
  const tracks = [
    videoTrack(mp4box, video, part?.start ?? 0, part?.end, timescale),
    ...audio
      .map((track) => audioTrack(mp4box, track, source as Movie, seconds, timescale))
      .filter((track) => track !== undefined),
  ];
  const chunks = interleave(tracks, timescale);
  const sizes = chunks.map(({ track, first, count }) =>
    (tracks[track]?.samples ?? []).slice(first, first + count).reduce((sum, { size }) => sum + size, 0),
  );
  const payload = sizes.reduce((sum, size) => sum + size, 0);
  const ftyp = fileType(mp4box, video.codec, audio.some(isQuickTime));
  const large = payload > MAX_UINT32 - 2 ** 28; // leaves 256 MiB for the index
  const header = (offsets: readonly number[]) =>
    serialise(mp4box, [ftyp, movieBox(mp4box, timescale, tracks, chunks, offsets, large)]);
  // Twice: the index says where the data lies, which depends on the index's size, which does not depend on what it says.
  const dataHeader = mdatHeader(payload);
  let at = header([]).byteLength + dataHeader.byteLength;
  const offsets = sizes.map((size) => (at += size) - size);
  return new Blob([header(offsets), dataHeader, ...dataParts(tracks, chunks)], { type: 'video/mp4' });
}

const scaled = ({ start, end }: { start: number; end: number }, by: number) => ({
  start: start * by,
  end: end * by,
});

/** A clock on which every track's times are whole, if there is one of 32 bits: edits are exact then. */
function commonTimescale(video: number, audio: readonly AudioTrack[]): number {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  const common = audio.reduce((scale, { timescale }) => (scale / gcd(scale, timescale)) * timescale, video);
  return common <= MAX_UINT32 ? common : Math.max(video, 1000);
}

function videoTrack(
  mp4box: Mp4box,
  video: EncodedVideo,
  start: number,
  end: number | undefined,
  movieTimescale: number,
): MuxTrack {
  const times = video.samples.map(({ time }) => time - start).sort((a, b) => a - b);
  const first = times[0];
  if (first === undefined) throw new MediaError('mux', 'no-frames', 'There is no coded frame to write.');
  if (first < 0) {
    throw new RangeError(`A frame at ${first + start} ticks lies before the part, which starts at ${start}.`);
  }
  // Packets come in decode order with presentation times only: the i-th decode time is the i-th smallest of them.
  const delay = video.samples.reduce(
    (most, { time }, i) => Math.max(most, (times[i] ?? 0) - (time - start)),
    0,
  );
  const samples = video.samples.map(({ data, time, duration, isSync }, i): MuxSample => {
    const dts = (times[i] ?? 0) - first;
    const next = times[i + 1];
    return {
      data,
      size: data.byteLength,
      dts,
      cts: time - start - first + delay,
      duration: next === undefined ? duration : next - first - dts,
      isSync,
      units: 1,
    };
  });
  const shownEnd = end ?? Math.max(...video.samples.map(({ time, duration }) => time + duration));
  const segment = { presentation: first, media: delay, duration: shownEnd - start - first, dwell: false };
  return {
    kind: 'video',
    timescale: video.timescale,
    language: UNDETERMINED,
    width: video.width,
    height: video.height,
    entry: videoEntry(mp4box, video),
    samples,
    edits: editsOf([segment], video.timescale, movieTimescale),
  };
}

function audioTrack(
  mp4box: Mp4box,
  track: AudioTrack,
  { file }: Movie,
  part: { start: number; end: number } | undefined,
  movieTimescale: number,
): MuxTrack | undefined {
  const lost = track.samples.findIndex((sample) => !isPresent(sample, file));
  const cut = cutAudio(track, lost < 0 ? track.samples : track.samples.slice(0, lost), part);
  if (!cut) return undefined;
  const origin = cut.samples[0]?.dts ?? 0;
  return {
    kind: 'audio',
    timescale: track.timescale,
    language: track.language,
    width: 0,
    height: 0,
    entry: rawBox(mp4box, fourccOf(track.entry), track.entry.slice(8)),
    samples: cut.samples.map(({ offset, size, dts, duration, isSync, units }, i) => ({
      data: file.slice(offset, offset + size),
      size,
      dts: dts - origin,
      cts: dts - origin,
      // Where fragments left a gap, the packet before it is stretched over it.
      duration: (cut.samples[i + 1]?.dts ?? dts + duration) - dts,
      isSync,
      units,
    })),
    edits: editsOf(cut.segments, track.timescale, movieTimescale),
  };
}

const fourccOf = (entry: Uint8Array): string => String.fromCharCode(...entry.subarray(4, 8));

/** QuickTime sound descriptions carry a version after the data reference index; ISO players read version 0 only. */
const isQuickTime = ({ entry, codec }: AudioTrack): boolean =>
  (entry[17] ?? 0) > 0 || /^(sowt|twos|lpcm)/.test(codec);

/** Segments as edits: gaps become empty ones, durations are rounded by their ends so that errors never add up. */
function editsOf(segments: readonly Segment[], timescale: number, movieTimescale: number): MuxEdit[] {
  const edits: MuxEdit[] = [];
  let at = 0;
  for (const { presentation, media, duration } of segments) {
    const start = Math.round((presentation * movieTimescale) / timescale);
    const end = Math.round(((presentation + duration) * movieTimescale) / timescale);
    if (start > at) edits.push({ mediaTime: -1, duration: start - at });
    edits.push({ mediaTime: media, duration: end - start });
    at = end;
  }
  return edits;
}

/** Chunks of all tracks in the order in which they are played. */
function interleave(tracks: readonly MuxTrack[], movieTimescale: number): Chunk[] {
  const chunks = tracks.flatMap(({ samples, timescale, edits }, track) => {
    const delay = edits[0]?.mediaTime === -1 ? edits[0].duration / movieTimescale : 0;
    const own: { chunk: Chunk; time: number }[] = [];
    for (let first = 0; first < samples.length;) {
      const start = samples[first]?.dts ?? 0;
      let count = 1;
      while ((samples[first + count]?.dts ?? Infinity) - start < INTERLEAVE * timescale) count++;
      own.push({ chunk: { track, first, count }, time: start / timescale + delay });
      first += count;
    }
    return own;
  });
  return chunks.sort((a, b) => a.time - b.time || a.chunk.track - b.chunk.track).map(({ chunk }) => chunk);
}

function mdatHeader(payload: number): Uint8Array<ArrayBuffer> {
  const isLarge = payload + 8 > MAX_UINT32;
  const header = new DataView(new ArrayBuffer(isLarge ? 16 : 8));
  header.setUint32(0, isLarge ? 1 : payload + 8);
  header.setUint32(4, 0x6d646174);
  if (isLarge) header.setBigUint64(8, BigInt(payload + 16));
  return new Uint8Array(header.buffer);
}

const dataParts = (tracks: readonly MuxTrack[], chunks: readonly Chunk[]): BlobPart[] =>
  chunks.flatMap(({ track, first, count }) =>
    (tracks[track]?.samples ?? []).slice(first, first + count).map(({ data }) => data),
  );
