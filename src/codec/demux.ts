// Opens a file: finds the video track to edit and the sound to keep, with exact times, reading the index only.
import { annexBCodec } from './annex-b.ts';
import { childBoxes, findBox, needBox, parseBox } from './box-reader.ts';
import type { RawBox } from './box-reader.ts';
import { presentedFrames, readEdits, segmentsOf } from './edit-list.ts';
import { MediaError } from './errors.ts';
import { appendFragment, readFragmentDefaults } from './fragments.ts';
import type { FragmentDefaults } from './fragments.ts';
import type { AudioTrack, Movie, Sample, Segment, VideoTrack } from './movie.ts';
import { loadMp4box } from './mp4box.ts';
import type { Mp4box } from './mp4box.ts';
import { orientationOf, turned } from './orientation.ts';
import { firstEntry, readAudioEntry, readVideoEntry } from './sample-entry.ts';
import { readSampleTable } from './sample-table.ts';
import { readBox, scanTopLevel } from './top-level.ts';

/** How `demux` is called. */
export interface DemuxOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A trak box with the parts that every kind of track needs. */
interface Track {
  readonly raw: RawBox;
  readonly id: number;
  readonly enabled: boolean;
  readonly matrix: ArrayLike<number>;
  readonly handler: string;
  readonly stbl: RawBox;
  readonly hasCompositionTimes: boolean;
  readonly samples: Sample[];
  readonly defaults: FragmentDefaults;
}

/** What all tracks share. */
interface Context {
  readonly mp4box: Mp4box;
  readonly movieTimescale: number;
  readonly movieMatrix: ArrayLike<number>;
  readonly fragmented: boolean;
}

/**
 * Opens an MP4, MOV or 3GP, progressive or fragmented. Only the index is read (in ranges), whatever the file's size.
 * Throws MediaError (`not-mp4`, `truncated`, `no-video`, `encrypted`, `damaged`, `no-frames`), or the signal's reason.
 * A file whose index is whole and whose media data is cut short opens with `truncated` set.
 */
export async function demux(file: Blob, { signal }: DemuxOptions = {}): Promise<Movie> {
  const top = await scanTopLevel(file, signal);
  const mp4box = await loadMp4box();
  const mvhd = parseBox(mp4box, needBox(top.moov, 'mvhd'), 'mvhd');
  const defaults = readFragmentDefaults(mp4box, top.moov);
  const tracks = childBoxes(top.moov)
    .filter(({ type }) => type === 'trak')
    .map((raw) => openTrack(mp4box, raw, defaults, file.size))
    .filter((track) => track !== undefined);
  const byId = new Map(tracks.map((track) => [track.id, track]));
  for (const { start, size } of top.fragments) {
    appendFragment(mp4box, await readBox(file, start, size, signal), byId);
  }
  const context: Context = {
    mp4box,
    movieTimescale: mvhd.timescale,
    movieMatrix: mvhd.matrix,
    fragmented: top.fragments.length > 0,
  };
  const chosen = chooseVideo(tracks);
  const video = await videoTrack(chosen, context, file, signal);
  const audio = tracks
    .filter(({ handler, samples }) => handler === 'soun' && samples.length > 0)
    .map((track) => audioTrack(track, context))
    .filter((track) => track !== undefined);
  const expected = Math.max(top.expected, endOf(chosen.samples));
  return {
    file,
    video,
    audio,
    duration: Math.max(video.duration / video.timescale, ...audio.map(({ duration }) => duration)),
    ...(expected > file.size && { truncated: { expected, got: file.size } }),
  };
}

const endOf = (samples: readonly Sample[]): number =>
  samples.reduce((end, { offset, size }) => Math.max(end, offset + size), 0);

/** Undefined for tracks of other kinds (text, hint, metadata, timecode) and for audio tracks that can't be read. */
function openTrack(
  mp4box: Mp4box,
  raw: RawBox,
  defaults: ReadonlyMap<number, FragmentDefaults>,
  fileSize: number,
): Track | undefined {
  const hdlr = findBox(raw, 'mdia', 'hdlr');
  const handler = hdlr && parseBox(mp4box, hdlr, 'hdlr').handler;
  if (handler !== 'vide' && handler !== 'soun') return undefined;
  const stbl = findBox(raw, 'mdia', 'minf', 'stbl');
  if (handler === 'soun' && (!stbl || !findBox(stbl, 'stsd'))) return undefined;
  const tkhd = parseBox(mp4box, needBox(raw, 'tkhd'), 'tkhd');
  const table = readSampleTable(mp4box, needBox(raw, 'mdia', 'minf', 'stbl'), fileSize);
  const trex = defaults.get(tkhd.track_id);
  return {
    raw,
    id: tkhd.track_id,
    enabled: (tkhd.flags & 1) !== 0,
    matrix: tkhd.matrix,
    handler,
    stbl: needBox(raw, 'mdia', 'minf', 'stbl'),
    hasCompositionTimes: table.hasCompositionTimes || trex !== undefined,
    samples: table.samples,
    defaults: trex ?? { duration: 0, size: 0, flags: 0 },
  };
}

/** The first enabled video track with samples that is no cover picture; failing that the best of the rest. */
function chooseVideo(tracks: readonly Track[]): Track {
  const videos = tracks.filter(({ handler }) => handler === 'vide');
  const isPicture = ({ stbl, samples }: Track): boolean => {
    const stsd = findBox(stbl, 'stsd');
    return samples.length === 1 && /^(jpeg|mjpg|png )$/.test((stsd && firstEntry(stsd))?.type ?? '');
  };
  const rank = (track: Track) =>
    (track.samples.length > 0 ? 4 : 0) + (isPicture(track) ? 0 : 2) + (track.enabled ? 1 : 0);
  const best = videos.reduce<Track | undefined>((a, b) => (a && rank(a) >= rank(b) ? a : b), undefined);
  if (best) return best;
  const sound = tracks.some(({ handler }) => handler === 'soun');
  throw new MediaError(
    'demux',
    'no-video',
    `The file has no video track${sound ? ', only sound' : ''}. Choose a clip with a picture.`,
  );
}

/** Ticks per second of a track's media. */
function readMediaHeader({ mp4box }: Context, track: Track): { timescale: number; language: number } {
  const raw = needBox(track.raw, 'mdia', 'mdhd');
  const { timescale, language } = parseBox(mp4box, raw, 'mdhd');
  if (timescale > 0) return { timescale, language };
  throw new MediaError(
    'demux',
    'damaged',
    `Track ${track.id} counts 0 ticks per second (mdhd at byte ${raw.start}), so its frames have no times. ` +
      'Export the clip again from its source.',
  );
}

function readSegments(context: Context, track: Track, timescale: number): Segment[] {
  const edits = readEdits(context.mp4box, track.raw);
  // Without a movie clock edit durations mean nothing: 0 stands for 'to the end of the media'.
  const timed = context.movieTimescale > 0 ? edits : edits.map((edit) => ({ ...edit, duration: 0 }));
  return segmentsOf(timed, context.movieTimescale || 1, timescale, context.fragmented);
}

async function videoTrack(
  track: Track,
  context: Context,
  file: Blob,
  signal: AbortSignal | undefined,
): Promise<VideoTrack> {
  const { timescale } = readMediaHeader(context, track);
  const entry = readVideoEntry(context.mp4box, needBox(track.stbl, 'stsd'));
  const frames = presentedFrames(track.samples, readSegments(context, track, timescale));
  const last = frames.at(-1);
  if (!last) {
    throw new MediaError(
      'demux',
      'no-frames',
      `The video track shows no frame: ${track.samples.length} samples, none inside its edit list. Choose another clip.`,
    );
  }
  const orientation = orientationOf(track.matrix, context.movieMatrix);
  const [h, v] = entry.sampleAspect;
  const [displayWidth, displayHeight] = turned(
    h > v ? Math.round((entry.codedWidth * h) / v) : entry.codedWidth,
    h < v ? Math.round((entry.codedHeight * v) / h) : entry.codedHeight,
    orientation,
  );
  const isAnnexB = entry.codec.startsWith('avc') && !entry.description;
  return {
    ...entry,
    ...(isAnnexB && { codec: await annexBCodec(file, track.samples[0], signal) }),
    id: track.id,
    timescale,
    displayWidth,
    displayHeight,
    orientation,
    hasCompositionTimes: track.hasCompositionTimes,
    samples: track.samples,
    frames,
    duration: last.time + last.duration,
  };
}

function audioTrack(track: Track, context: Context): AudioTrack | undefined {
  const stsd = findBox(track.stbl, 'stsd');
  const entry = stsd && readAudioEntry(context.mp4box, stsd);
  if (!entry) return undefined;
  const { timescale, language } = readMediaHeader(context, track);
  const segments = readSegments(context, track, timescale);
  const mediaEnd = track.samples.reduce((end, { dts, duration }) => Math.max(end, dts + duration), 0);
  const end = segments.reduce(
    (latest, { presentation, media, duration }) =>
      Math.max(latest, presentation + Math.min(duration, Math.max(0, mediaEnd - media))),
    0,
  );
  return {
    ...entry,
    id: track.id,
    timescale,
    language,
    samples: track.samples,
    segments,
    duration: end / timescale,
  };
}
