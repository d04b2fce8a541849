// Walks the top level of a file by box headers: finds moov and the fragments without reading media data.
import type { RawBox } from './box-reader.ts';
import { fourcc } from './box-reader.ts';
import { MediaError } from './errors.ts';

/** What the top level holds. `expected` is where the last box claims to end; beyond the file's size it was cut off. */
export interface TopLevel {
  readonly moov: RawBox;
  /** Offsets and sizes of the moof boxes, in file order. */
  readonly fragments: readonly { readonly start: number; readonly size: number }[];
  readonly expected: number;
}

/** Header reads come from windows of this many bytes: a fragmented file has two boxes every few frames. */
const WINDOW = 64 * 1024;
/** Largest index that is read into memory; 24 h of video at 60 fps with sound stays below. */
const MAX_INDEX = 256 * 1024 * 1024;
/** Most top-level boxes that are walked, so that a file of empty boxes ends. */
const MAX_BOXES = 1_000_000;
const FIRST_TYPES = new Set([
  'ftyp',
  'styp',
  'moov',
  'mdat',
  'free',
  'skip',
  'wide',
  'pnot',
  'sidx',
  'uuid',
  'moof',
]);

/** Reads bytes [start, end) of a Blob; the signal is checked before and after. */
export async function readRange(
  file: Blob,
  start: number,
  end: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  signal?.throwIfAborted();
  let buffer: ArrayBuffer;
  try {
    buffer = await file.slice(start, end).arrayBuffer();
  } catch (cause) {
    throw new MediaError(
      'demux',
      'failed',
      `Bytes ${start} to ${end} can't be read: the file was moved, changed or locked since it was chosen. Choose it again.`,
      { cause },
    );
  }
  signal?.throwIfAborted();
  return new Uint8Array(buffer);
}

/** One whole box. Throws MediaError `truncated` where the file ends inside it, `damaged` beyond the size limit. */
export async function readBox(
  file: Blob,
  start: number,
  size: number,
  signal?: AbortSignal,
): Promise<RawBox> {
  if (size > MAX_INDEX) {
    throw new MediaError(
      'demux',
      'damaged',
      `The box at byte ${start} claims ${size} bytes of index, at most ${MAX_INDEX} are read. Cut the clip shorter.`,
    );
  }
  const bytes = await readRange(file, start, start + size, signal);
  const view = new DataView(bytes.buffer);
  if (bytes.byteLength < size) throw truncatedIndex(fourcc(view, 4), start, size, file.size);
  return { type: fourcc(view, 4), start, headerSize: view.getUint32(0) === 1 ? 16 : 8, bytes };
}

const truncatedIndex = (type: string, start: number, size: number, got: number): MediaError =>
  new MediaError(
    'demux',
    'truncated',
    `The file ends inside its index: ${type} at byte ${start} needs ${start + size} bytes, the file has ${got}. Copy or download it again.`,
  );

/** Walks the top level. Throws MediaError `not-mp4`, `truncated` or `damaged`. */
export async function scanTopLevel(file: Blob, signal?: AbortSignal): Promise<TopLevel> {
  let windowStart = 0;
  let window = new Uint8Array(0);
  let moov: RawBox | undefined;
  const fragments: { start: number; size: number }[] = [];
  let at = 0;
  let expected = 0;
  for (let count = 0; at + 8 <= file.size; count++) {
    if (count > MAX_BOXES) {
      throw new MediaError(
        'demux',
        'damaged',
        `The file has more than ${MAX_BOXES} boxes: this is no real clip.`,
      );
    }
    if (at < windowStart || at + 16 > windowStart + window.byteLength) {
      windowStart = at;
      window = await readRange(file, at, Math.min(file.size, at + WINDOW), signal);
    }
    const header = new DataView(window.buffer, at - windowStart);
    const type = fourcc(header, 4);
    let size = header.getUint32(0);
    if (size === 1 && header.byteLength >= 16) size = Number(header.getBigUint64(8));
    else if (size === 0) size = file.size - at;
    if (count === 0 && (!FIRST_TYPES.has(type) || size < 8)) throw notMp4(window, file.size);
    // Bytes after the last box that are no box (padding, a foreign trailer) end the walk: what was found stands.
    if (size < 8 || !/^[\x20-\x7e\xa9]{4}$/.test(type)) break;
    expected = at + size;
    if (type === 'moov' && !moov) moov = await readBox(file, at, size, signal);
    else if (type === 'moof' && expected <= file.size) fragments.push({ start: at, size });
    at = expected;
  }
  if (moov) return { moov, fragments, expected };
  if (expected === 0) throw notMp4(window, file.size);
  if (expected > file.size) {
    throw new MediaError(
      'demux',
      'truncated',
      `The file ends at byte ${file.size} inside a box that runs to ${expected}, and its index (moov) would come ` +
        'after it. Copy or download it again.',
    );
  }
  throw new MediaError(
    'demux',
    'damaged',
    'The file has no index (moov box): the recording was not finished or this is a lone segment. Join it with its start.',
  );
}

/** First bytes, in hexadecimal, of kinds of file that people drop by mistake. */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/^1a45dfa3/, 'a WebM or Matroska file'],
  [/^ffd8ff/, 'a JPEG picture'],
  [/^89504e47/, 'a PNG picture'],
  [/^47494638/, 'a GIF picture'],
  [/^52494646.{8}41564920/, 'an AVI file'],
  [/^52494646.{8}57454250/, 'a WebP picture'],
  [/^(00)?000001/, 'a raw H.264, HEVC or MPEG stream'],
  [/^4f676753/, 'an Ogg file'],
];

function notMp4(bytes: Uint8Array, size: number): MediaError {
  const head = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const what = size === 0 ? 'empty' : (FOREIGN.find(([start]) => start.test(head))?.[1] ?? 'something else');
  return new MediaError(
    'demux',
    'not-mp4',
    `The file is no MP4 or MOV: it is ${what} (${size} bytes). Convert it first, for example: ffmpeg -i input -c:v libx264 clip.mp4`,
  );
}
