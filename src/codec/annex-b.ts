// H.264 in start-code form inside an MP4: against the standard, written by some recorders, and WebCodecs can take it.
import { MediaError } from './errors.ts';
import type { Sample } from './movie.ts';
import { readRange } from './top-level.ts';

/** Where parameter sets are looked for: they stand before the first slice. */
const SEARCHED = 64 * 1024;
const SPS = 7;

/**
 * Codec string from the first parameter set of the first sample, for a track whose avcC box is empty.
 * Throws MediaError `damaged` where the sample is not in start-code form, `truncated` where the file lacks it.
 */
export async function annexBCodec(
  file: Blob,
  sample: Sample | undefined,
  signal?: AbortSignal,
): Promise<string> {
  const start = sample?.offset ?? 0;
  const bytes = await readRange(file, start, start + Math.min(sample?.size ?? 0, SEARCHED), signal);
  if (sample && bytes.byteLength === 0) {
    throw new MediaError(
      'demux',
      'truncated',
      `The file has ${file.size} bytes, its first frame lies at byte ${start}. Copy or download it again.`,
    );
  }
  const startCode =
    bytes[0] === 0 && bytes[1] === 0 && (bytes[2] === 1 || (bytes[2] === 0 && bytes[3] === 1));
  for (let i = 2; startCode && i + 4 < bytes.length; i++) {
    if (bytes[i] !== 1 || bytes[i - 1] !== 0 || bytes[i - 2] !== 0 || ((bytes[i + 1] ?? 0) & 0x1f) !== SPS)
      continue;
    return `avc1.${Array.from(bytes.subarray(i + 2, i + 5), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  }
  throw new MediaError(
    'demux',
    'damaged',
    'The video track (H.264) has no decoder configuration: its avcC box is empty and its first frame brings none. ' +
      'Export the clip again from its source.',
  );
}
