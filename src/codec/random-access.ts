// Where decoding may begin. A sync sample of H.264 or HEVC may open a GOP whose later frames look back before it
// (recovery point, CRA), and Chromium refuses such a start: only pictures that reset the decoder will do.
import type { VideoTrack } from './movie.ts';
import type { SampleReader } from './sample-reader.ts';

/** HEVC NAL types 16–20: BLA and IDR pictures (table 7-1 of H.265). CRA (21) is left out: its leading pictures. */
const HEVC_RESET = (type: number): boolean => type >= 16 && type <= 20;
const AVC_IDR = 5;

/** Index of the last sample, at most `index`, from which decoding gives every later frame exactly. */
export async function safeStart(
  track: VideoTrack,
  index: number,
  reader: SampleReader,
  signal?: AbortSignal,
): Promise<number> {
  for (let i = index; i > 0; i--) {
    if (track.samples[i]?.isSync && (await resetsDecoder(track, i, reader, signal))) return i;
  }
  return 0;
}

async function resetsDecoder(
  { codec, description }: VideoTrack,
  index: number,
  reader: SampleReader,
  signal?: AbortSignal,
): Promise<boolean> {
  const isAvc = codec.startsWith('avc');
  if (!isAvc && !/^h(vc|ev)/.test(codec)) return true; // VP8, VP9 and AV1 mark true key frames only
  if (!description) return false;
  const lengthSize = ((description[isAvc ? 4 : 21] ?? 3) & 3) + 1;
  const bytes = await reader.read(index, signal);
  for (let at = 0; at + lengthSize < bytes.byteLength;) {
    let size = 0;
    for (let i = 0; i < lengthSize; i++) size = size * 256 + (bytes[at + i] ?? 0);
    const header = bytes[at + lengthSize] ?? 0;
    const type = isAvc ? header & 0x1f : (header >> 1) & 0x3f;
    if (isAvc ? type === AVC_IDR : HEVC_RESET(type)) return true;
    if (isAvc ? type >= 1 && type < AVC_IDR : type < 16) return false;
    at += lengthSize + size;
  }
  return false;
}
