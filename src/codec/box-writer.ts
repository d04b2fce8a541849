// Builds a track's boxes from flat sample lists with mp4box's classes (its own muxing writes a fragment per sample).
import type { Box, BoxFourCC, AllRegisteredBoxes } from 'mp4box';
import type { Mp4box } from './mp4box.ts';

/** A sample to write. Times in ticks of its track, media time: `dts` of the first is 0. */
export interface MuxSample {
  readonly data: Blob | Uint8Array<ArrayBuffer>;
  readonly size: number;
  readonly dts: number;
  readonly cts: number;
  readonly duration: number;
  readonly isSync: boolean;
  /** ISO samples in it, all alike (raw audio), else 1. */
  readonly units: number;
}

/** An edit: `mediaTime` in track ticks or −1 for a gap, `duration` in movie ticks. */
export interface MuxEdit {
  readonly mediaTime: number;
  readonly duration: number;
}

/** Everything that becomes a trak box. */
export interface MuxTrack {
  readonly kind: 'video' | 'audio';
  readonly timescale: number;
  /** Packed language code; 0x55c4 is 'und'. */
  readonly language: number;
  readonly width: number;
  readonly height: number;
  readonly entry: Box;
  readonly samples: readonly MuxSample[];
  readonly edits: readonly MuxEdit[];
}

/** A run of consecutive samples of one track that lie side by side in the file. */
export interface Chunk {
  readonly track: number;
  readonly first: number;
  readonly count: number;
}

const IDENTITY = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];
const MAX_INT32 = 2 ** 31 - 1;

/** Makes one of mp4box's boxes and sets its fields. */
function make<K extends BoxFourCC>(
  { BoxParser }: Mp4box,
  type: K,
  fields: Partial<AllRegisteredBoxes[K]> | Record<string, unknown> = {},
  children: readonly Box[] = [],
): Box {
  const Class = BoxParser.box[type] as new () => Box;
  const box = Object.assign(new Class(), fields);
  for (const child of children) box.addBox(child);
  return box;
}

/** ftyp: an ISO file; `quickTime` where a sound track keeps QuickTime's own sample description. */
export function fileType(mp4box: Mp4box, codec: string, quickTime: boolean): Box {
  const brands = ['isom', 'iso2', codec.slice(0, 4), 'mp41', ...(quickTime ? ['qt  '] : [])];
  return make(mp4box, 'ftyp', { major_brand: 'isom', minor_version: 512, compatible_brands: brands });
}

/** moov with all tracks. `offsets` holds the file offset of every chunk, `large` chooses co64. */
export function movieBox(
  mp4box: Mp4box,
  timescale: number,
  tracks: readonly MuxTrack[],
  chunks: readonly Chunk[],
  offsets: readonly number[],
  large: boolean,
): Box {
  const traks = tracks.map((track, i) => {
    const own = chunks.flatMap((chunk, at) =>
      chunk.track === i ? [{ ...chunk, offset: offsets[at] ?? 0 }] : [],
    );
    return trackBox(mp4box, timescale, track, i + 1, own, large);
  });
  const duration = Math.max(...tracks.map(({ edits }) => totalOf(edits)));
  const mvhd = make(mp4box, 'mvhd', {
    ...{ creation_time: 0, modification_time: 0, timescale, duration, rate: 0x10000, volume: 1 },
    ...{ matrix: IDENTITY, next_track_id: tracks.length + 1 },
  });
  return make(mp4box, 'moov', {}, [mvhd, ...traks]);
}

const totalOf = (edits: readonly MuxEdit[]): number => edits.reduce((sum, { duration }) => sum + duration, 0);

function trackBox(
  mp4box: Mp4box,
  movieTimescale: number,
  track: MuxTrack,
  id: number,
  chunks: readonly (Chunk & { readonly offset: number })[],
  large: boolean,
): Box {
  const { kind, samples, edits } = track;
  const isVideo = kind === 'video';
  const tkhd = make(mp4box, 'tkhd', {
    ...{ flags: 3, creation_time: 0, modification_time: 0, track_id: id, duration: totalOf(edits), layer: 0 },
    ...{ alternate_group: isVideo ? 0 : 1, volume: isVideo ? 0 : 1, matrix: IDENTITY },
    ...{ width: track.width * 65536, height: track.height * 65536 },
  });
  const entries = edits.map(({ duration, mediaTime }) => ({
    ...{ segment_duration: duration, media_time: mediaTime, media_rate_integer: 1, media_rate_fraction: 0 },
  }));
  // mp4box chooses version 0 up to 2³² although media_time is signed there.
  const version = edits.some(({ mediaTime }) => mediaTime > MAX_INT32) ? 1 : 0;
  const edts = make(mp4box, 'edts', {}, [make(mp4box, 'elst', { version, entries })]);
  const duration = samples.reduce((end, sample) => Math.max(end, sample.dts + sample.duration), 0);
  // Players drop a last packet without duration behind an edit's end, so an edit that only says 'all' is left out.
  const [first] = edits;
  const all = Math.floor((duration * movieTimescale) / track.timescale);
  const isAll = edits.length === 1 && first?.mediaTime === 0 && first.duration >= all;
  const mdhd = make(mp4box, 'mdhd', {
    ...{ creation_time: 0, modification_time: 0, timescale: track.timescale, language: track.language },
    duration,
  });
  const hdlr = make(mp4box, 'hdlr', {
    ...{ handler: isVideo ? 'vide' : 'soun', name: isVideo ? 'VideoHandler' : 'SoundHandler' },
  });
  const header = isVideo
    ? make(mp4box, 'vmhd', { flags: 1, graphicsmode: 0, opcolor: [0, 0, 0] })
    : make(mp4box, 'smhd', { balance: 0 });
  const dref = make(mp4box, 'dref', { entries: [make(mp4box, 'url ')] });
  const minf = make(mp4box, 'minf', {}, [
    header,
    make(mp4box, 'dinf', {}, [dref]),
    make(mp4box, 'stbl', {}, sampleTable(mp4box, track, chunks, large)),
  ]);
  return make(mp4box, 'trak', {}, [
    tkhd,
    ...(isAll ? [] : [edts]),
    make(mp4box, 'mdia', {}, [mdhd, hdlr, minf]),
  ]);
}

function sampleTable(
  mp4box: Mp4box,
  { entry, samples }: MuxTrack,
  chunks: readonly (Chunk & { readonly offset: number })[],
  large: boolean,
): Box[] {
  const durations = runLengths(samples.map(({ duration, units }) => [units, duration / units]));
  const shifts = runLengths(samples.map(({ cts, dts, units }) => [units, cts - dts]));
  const packed = samples.find(({ units }) => units > 1);
  const units = samples.reduce((sum, sample) => sum + sample.units, 0);
  const perChunk = chunks.map(({ first, count }) =>
    samples.slice(first, first + count).reduce((sum, sample) => sum + sample.units, 0),
  );
  const chunkStarts = perChunk.flatMap((count, i) => (i > 0 && perChunk[i - 1] === count ? [] : [i]));
  return [
    make(mp4box, 'stsd', { entries: [entry] }),
    make(mp4box, 'stts', { sample_counts: durations.counts, sample_deltas: durations.values }),
    ...(shifts.values.some((shift) => shift !== 0)
      ? [make(mp4box, 'ctts', { sample_counts: shifts.counts, sample_offsets: shifts.values })]
      : []),
    ...(samples.every(({ isSync }) => isSync)
      ? []
      : [
          make(mp4box, 'stss', {
            sample_numbers: samples.flatMap(({ isSync }, i) => (isSync ? [i + 1] : [])),
          }),
        ]),
    make(mp4box, 'stsc', {
      first_chunk: chunkStarts.map((i) => i + 1),
      samples_per_chunk: chunkStarts.map((i) => perChunk[i] ?? 0),
      sample_description_index: chunkStarts.map(() => 1),
    }),
    make(mp4box, 'stsz', {
      sample_size: packed ? packed.size / packed.units : 0,
      sample_sizes: packed ? new Array<number>(units) : samples.map(({ size }) => size),
    }),
    make(mp4box, large ? 'co64' : 'stco', { chunk_offsets: chunks.map(({ offset }) => offset) }),
  ];
}

function runLengths(pairs: readonly (readonly [number, number])[]): { counts: number[]; values: number[] } {
  const counts: number[] = [];
  const values: number[] = [];
  for (const [count, value] of pairs) {
    if (values.length > 0 && values.at(-1) === value) counts.push((counts.pop() ?? 0) + count);
    else {
      counts.push(count);
      values.push(value);
    }
  }
  return { counts, values };
}

/** A box and all inside it as bytes. */
export function serialise({ DataStream }: Mp4box, boxes: readonly Box[]): Uint8Array<ArrayBuffer> {
  const stream = new DataStream();
  for (const box of boxes) box.write(stream);
  return new Uint8Array(stream.buffer, 0, stream.getPosition()).slice();
}
