// What a track's stsd says: codec string, decoder configuration, pixel shape, colour, protection.
import { boxView, childBoxes, fourcc, parseBox } from './box-reader.ts';
import type { RawBox } from './box-reader.ts';
import { MediaError } from './errors.ts';
import { firstSps, parseSps } from './h264-sps.ts';
import type { AudioTrack, ColourCode, VideoTrack } from './movie.ts';
import type { Mp4box } from './mp4box.ts';

/** Bytes of a VisualSampleEntry and of an AudioSampleEntry before their child boxes, after the box header. */
const VISUAL_FIELDS = 78;
const AUDIO_FIELDS = 28;
/** QuickTime's sound descriptions of version 1 and 2 add fields; ISO's version 1 does not, so both places are tried. */
const QUICKTIME_SOUND_FIELDS = [AUDIO_FIELDS, AUDIO_FIELDS + 16, AUDIO_FIELDS + 36];
/** Decoder configuration boxes that WebCodecs takes as `description`; VP9 and AV1 carry theirs in the stream. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  avc1: 'avcC',
  avc2: 'avcC',
  avc3: 'avcC',
  avc4: 'avcC',
  hvc1: 'hvcC',
  hev1: 'hvcC',
};

/** Bytes below which an avcC or hvcC payload says nothing. */
const MIN_CONFIG = 7;

/** The parts of a video track that its sample entry knows. */
export type VideoEntry = Pick<
  VideoTrack,
  'codec' | 'description' | 'codedWidth' | 'codedHeight' | 'sampleAspect' | 'colour'
>;

/** The parts of an audio track that its sample entry knows. */
export type AudioEntry = Pick<AudioTrack, 'codec' | 'sampleRate' | 'channels' | 'entry'>;

/** First sample entry of a stsd box, or undefined where it has none. */
export function firstEntry(stsd: RawBox): RawBox | undefined {
  return childBoxes(stsd, 8)[0];
}

/** Throws MediaError `encrypted` for protected entries (encv, enca, or any with a sinf box). */
function refuseProtected(entry: RawBox, boxes: readonly RawBox[], kind: 'video' | 'audio'): void {
  if (!/^enc[va]$/.test(entry.type) && !boxes.some(({ type }) => type === 'sinf')) return;
  throw new MediaError(
    'demux',
    'encrypted',
    `The ${kind} track is encrypted (${entry.type} with Common Encryption), so it can't be read. ` +
      'Use a copy without protection.',
  );
}

/**
 * Reads a video sample entry; `description` is absent where the configuration box is empty (see annex-b.ts).
 * Throws MediaError `damaged` (no decoder configuration) or `encrypted`.
 */
export function readVideoEntry(mp4box: Mp4box, stsd: RawBox): VideoEntry {
  const raw = firstEntry(stsd);
  if (!raw || raw.bytes.byteLength < raw.headerSize + VISUAL_FIELDS) {
    throw new MediaError(
      'demux',
      'damaged',
      `The video track's description (stsd at byte ${stsd.start}) is empty. Export the clip again from its source.`,
    );
  }
  const boxes = childBoxes(raw, VISUAL_FIELDS);
  refuseProtected(raw, boxes, 'video');
  const view = boxView(raw);
  const codedWidth = view.getUint16(raw.headerSize + 24);
  const codedHeight = view.getUint16(raw.headerSize + 26);
  const wanted = DESCRIPTIONS[raw.type];
  const config = wanted ? boxes.find(({ type }) => type === wanted) : undefined;
  if (wanted && !config) {
    throw new MediaError(
      'demux',
      'damaged',
      `The video track (${raw.type}) has no decoder configuration (${wanted} box). Export the clip again from its source.`,
    );
  }
  // Raw bytes: mp4box writes hvcC back differently from what it read.
  const isEmpty = !config || config.bytes.byteLength < config.headerSize + MIN_CONFIG;
  const description = isEmpty ? undefined : config.bytes.slice(config.headerSize);
  const pasp = boxes.find(({ type, bytes }) => type === 'pasp' && bytes.byteLength >= 16);
  const sps = wanted === 'avcC' && description ? firstSps(description) : undefined;
  const colour = readColour(boxes);
  return {
    codec: codecString(mp4box, raw, VISUAL_FIELDS, boxes),
    codedWidth,
    codedHeight,
    sampleAspect: pasp ? ratio(boxView(pasp), pasp.headerSize) : ((sps && parseSps(sps)?.aspect) ?? [1, 1]),
    ...(description && { description }),
    ...(colour && { colour }),
  };
}

/** Reads an audio sample entry, or returns undefined where the track has none (it can't be copied then). */
export function readAudioEntry(mp4box: Mp4box, stsd: RawBox): AudioEntry | undefined {
  const raw = firstEntry(stsd);
  if (!raw || raw.bytes.byteLength < raw.headerSize + AUDIO_FIELDS) return undefined;
  const children =
    QUICKTIME_SOUND_FIELDS.map((fields) => childBoxes(raw, fields)).find(({ length }) => length > 0) ?? [];
  refuseProtected(raw, children, 'audio');
  const wave = children.find(({ type }) => type === 'wave');
  const view = boxView(raw);
  return {
    codec: codecString(mp4box, raw, AUDIO_FIELDS, [...children, ...(wave ? childBoxes(wave) : [])]),
    channels: view.getUint16(raw.headerSize + 16),
    sampleRate: view.getUint32(raw.headerSize + 24) / 65536,
    entry: raw.bytes.slice(),
  };
}

/** Boxes from which mp4box makes codec strings. */
const CONFIG_TYPES = new Set(['avcC', 'hvcC', 'av1C', 'vpcC', 'esds', 'dOps', 'dfLa', 'dac3', 'dec3']);

/**
 * The codec string that mp4box makes of the entry, in WebCodecs' spelling; the bare type where it can't. mp4box gets
 * the entry's fixed fields and its configuration boxes only, so that nothing odd beside them stands in the way.
 */
function codecString(mp4box: Mp4box, raw: RawBox, fields: number, boxes: readonly RawBox[]): string {
  if (!/^[ -~]{4}$/.test(raw.type)) return 'unknown'; // mp4box would log an error for it
  const parts = boxes.filter(({ type }) => CONFIG_TYPES.has(type)).map(({ bytes }) => bytes);
  const size = parts.reduce((sum, { byteLength }) => sum + byteLength, 16 + 8 + fields);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, size);
  view.setUint32(12, 1); // stsd: one entry
  view.setUint32(16, size - 16);
  bytes.set(raw.bytes.subarray(4, 8), 20);
  bytes.set(raw.bytes.subarray(raw.headerSize, raw.headerSize + fields), 24);
  let at = 24 + fields;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  let codec: string;
  try {
    const stsd = parseBox(mp4box, { type: 'stsd', start: raw.start, headerSize: 8, bytes }, 'stsd');
    codec = stsd.entries[0]?.getCodec() ?? raw.type;
  } catch {
    codec = raw.type; // getCodec() of AV1 and VP9 throws without av1C or vpcC; such tracks still play elsewhere
  }
  if (codec === 'Opus') return 'opus';
  if (codec.startsWith('vp08')) return 'vp8';
  if (codec === 'vp09') return 'vp09.00.40.08';
  if (codec === 'av01') return 'av01.0.08M.08';
  // Level 0 (unknown) is common in vpcC and no valid codec string: level 4 is a promise that decoders do not check.
  return codec.replace(/^(vp09\.\d\d)\.(00|0)\./, '$1.40.');
}

function ratio(view: DataView, at: number): [number, number] {
  const h = view.getUint32(at);
  const v = view.getUint32(at + 4);
  if (h === 0 || v === 0) return [1, 1];
  let [a, b] = [h, v];
  while (b > 0) [a, b] = [b, a % b];
  return [h / a, v / a];
}

function readColour(boxes: readonly RawBox[]): ColourCode | undefined {
  for (const box of boxes) {
    const view = boxView(box);
    const at = box.headerSize;
    if (box.type !== 'colr' || view.byteLength < at + 10) continue;
    const kind = fourcc(view, at);
    if (kind !== 'nclx' && kind !== 'nclc') continue; // nclc is QuickTime's, without the range byte
    return {
      primaries: view.getUint16(at + 4),
      transfer: view.getUint16(at + 6),
      matrix: view.getUint16(at + 8),
      fullRange: kind === 'nclx' && view.byteLength > at + 10 && view.getUint8(at + 10) >= 0x80,
    };
  }
  return undefined;
}
