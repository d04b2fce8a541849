// Sample entries of the video that we write: decoder configuration, BT.709 limited colour, square pixels.
import type { Box } from 'mp4box';
import type { EncodedVideo } from './encode.ts';
import { MediaError } from './errors.ts';
import type { Mp4box } from './mp4box.ts';

/** A box of any type around raw bytes. */
export function rawBox({ Box }: Mp4box, type: string, data: Uint8Array): Box {
  const box = new Box();
  box.type = type;
  box.data = data;
  return box;
}

/** colr nclx 1/1/1, limited range: what every frame that we encode is. */
const COLR = new Uint8Array([...new TextEncoder().encode('nclx'), 0, 1, 0, 1, 0, 1, 0]);
/** pasp 1:1. */
const SQUARE = new Uint8Array([0, 0, 0, 1, 0, 0, 0, 1]);
const DPI_72 = 0x480000;

/** The sample entry for a coded video. Throws MediaError of stage mux for a codec that has no place in MP4. */
export function videoEntry(mp4box: Mp4box, { codec, width, height, description }: EncodedVideo): Box {
  const { sampleEntry } = mp4box.BoxParser;
  const [Entry, config] = codec.startsWith('avc1')
    ? ([sampleEntry.avc1, description && rawBox(mp4box, 'avcC', description)] as const)
    : codec.startsWith('vp09')
      ? ([sampleEntry.vp09, rawBox(mp4box, 'vpcC', vpcC(codec))] as const)
      : codec.startsWith('av01')
        ? ([sampleEntry.av01, rawBox(mp4box, 'av1C', av1C(codec))] as const)
        : [];
  if (!Entry || !config) {
    throw new MediaError(
      'mux',
      'unsupported-codec',
      `Video coded as ${codec} can't be written into an MP4 file.`,
    );
  }
  const entry = new Entry();
  Object.assign(entry, {
    data_reference_index: 1,
    width,
    height,
    horizresolution: DPI_72,
    vertresolution: DPI_72,
    frame_count: 1,
    compressorname: '',
    depth: 24,
  });
  for (const box of [config, rawBox(mp4box, 'colr', COLR), rawBox(mp4box, 'pasp', SQUARE)]) entry.addBox(box);
  return entry;
}

/** VP Codec ISO Media File Format Binding: full box version 1, 4:2:0 collocated, BT.709 limited. */
function vpcC(codec: string): Uint8Array {
  const [, profile = 0, level = 40, depth = 8] = codec.split('.').map(Number);
  return new Uint8Array([1, 0, 0, 0, profile, level, (depth << 4) | (1 << 1), 1, 1, 1, 0, 0]);
}

/** AV1 Codec ISO Media File Format Binding 2.3: profile, level and tier from the codec string, 8 bits, 4:2:0. */
function av1C(codec: string): Uint8Array {
  const [, profile = '0', level = '08M'] = codec.split('.');
  const highTier = level.endsWith('H') ? 0x80 : 0;
  return new Uint8Array([0x81, (Number(profile) << 5) | parseInt(level, 10), highTier | 0x0c, 0]);
}
