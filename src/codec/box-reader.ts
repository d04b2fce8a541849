// Finds boxes by their headers and hands single ones to mp4box. mp4box parses whole files too, but then one broken
// box anywhere (a user-data atom, say) throws out of all of it, and sizes that a table claims are believed.
import type { AllRegisteredBoxes, BoxFourCC, Box } from 'mp4box';
import { MediaError } from './errors.ts';
import type { Mp4box } from './mp4box.ts';

/** A box in memory: `bytes` is all of it, header included; `start` is its offset in the file. */
export interface RawBox {
  readonly type: string;
  readonly start: number;
  readonly headerSize: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** View of a box's bytes, offset 0 at its header. */
export function boxView(box: RawBox): DataView<ArrayBuffer> {
  return new DataView(box.bytes.buffer, box.bytes.byteOffset, box.bytes.byteLength);
}

/** Four-character code at `offset`. */
export function fourcc(view: DataView, offset: number): string {
  return String.fromCharCode(
    view.getUint8(offset),
    view.getUint8(offset + 1),
    view.getUint8(offset + 2),
    view.getUint8(offset + 3),
  );
}

/**
 * Boxes inside `parent`, `skip` bytes after its header (4 for a full box, 8 for stsd). Ends quietly at the first
 * header that can't be right: what lies behind it can't be found, and a missing box is reported where it is needed.
 */
export function childBoxes(parent: RawBox, skip = 0): RawBox[] {
  const view = boxView(parent);
  const boxes: RawBox[] = [];
  let at = parent.headerSize + skip;
  while (at + 8 <= view.byteLength) {
    let size = view.getUint32(at);
    let headerSize = 8;
    if (size === 1 && at + 16 <= view.byteLength) {
      size = Number(view.getBigUint64(at + 8));
      headerSize = 16;
    } else if (size === 0) {
      size = view.byteLength - at;
    }
    if (size < headerSize || at + size > view.byteLength) break;
    boxes.push({
      type: fourcc(view, at + 4),
      start: parent.start + at,
      headerSize,
      bytes: parent.bytes.subarray(at, at + size),
    });
    at += size;
  }
  return boxes;
}

/** The first box at the end of a path of nested containers, or undefined. */
export function findBox(parent: RawBox, ...path: readonly string[]): RawBox | undefined {
  let box: RawBox | undefined = parent;
  for (const type of path) box = box && childBoxes(box).find((child) => child.type === type);
  return box;
}

/** Like `findBox`; a missing box is a MediaError. */
export function needBox(parent: RawBox, ...path: readonly string[]): RawBox {
  const box = findBox(parent, ...path);
  if (box) return box;
  throw new MediaError(
    'demux',
    'damaged',
    `The ${parent.type} box at byte ${parent.start} holds no ${path.join('/')}: the file's index is damaged. ` +
      'Export the clip again from its source.',
  );
}

/**
 * Parses one leaf box with mp4box's class for it. Tables whose claimed length could outgrow the box (stsz of one
 * size, trun without fields) must be checked by the caller before. Throws MediaError `damaged`.
 */
export function parseBox<K extends BoxFourCC>(mp4box: Mp4box, raw: RawBox, type: K): AllRegisteredBoxes[K] {
  const buffer = mp4box.MP4BoxBuffer.fromArrayBuffer(raw.bytes.slice().buffer, 0);
  const stream = new mp4box.MultiBufferStream(buffer);
  const Class = mp4box.BoxParser.box[type] as new (size: number) => Box;
  const box = new Class(raw.bytes.byteLength);
  box.start = 0;
  box.hdr_size = raw.headerSize;
  stream.seek(raw.headerSize);
  try {
    box.parse(stream);
  } catch (cause) {
    throw new MediaError(
      'demux',
      'damaged',
      `The ${raw.type} box at byte ${raw.start} (${raw.bytes.byteLength} bytes) can't be read: ` +
        'its contents do not fit its size. Export the clip again from its source.',
      { cause },
    );
  }
  return box as AllRegisteredBoxes[K];
}
