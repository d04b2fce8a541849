// Clips for the codec tests, all made here: the repository's samples, remuxed by our own muxer or patched byte by byte.
import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { demux } from '../../src/codec/demux.ts';
import type { EncodedVideo } from '../../src/codec/encode.ts';
import type { Movie } from '../../src/codec/movie.ts';

/** The repository's clips: 320×192, 24 H.264 frames at 12 per second, AAC stereo. */
export const SAMPLES = ['books', 'dancer', 'horse', 'runner'] as const;

/** Path of a sample. */
export const samplePath = (name: (typeof SAMPLES)[number]): string =>
  fileURLToPath(new URL(`../../samples/${name}.mp4`, import.meta.url));

/** A sample as a Blob that reads ranges from disk. */
export const openSample = (name: (typeof SAMPLES)[number]): Promise<Blob> => openAsBlob(samplePath(name));

/** All bytes of a sample, for patching. */
export const sampleBytes = async (name: (typeof SAMPLES)[number]): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await readFile(samplePath(name)));

/** The video packets of a movie as if our encoder had made them, at times that `retime` chooses (ticks). */
export async function packetsOf(
  { file, video }: Movie,
  timescale = video.timescale,
  retime: (index: number) => { time: number; duration: number } = (index) => ({
    time: video.frames[index]?.time ?? NaN,
    duration: video.frames[index]?.duration ?? NaN,
  }),
): Promise<EncodedVideo> {
  const rank = new Map(video.frames.map(({ sample, index }) => [sample, index]));
  const samples = await Promise.all(
    video.samples.map(async ({ index, offset, size, isSync }) => ({
      data: new Uint8Array(await file.slice(offset, offset + size).arrayBuffer()),
      isSync,
      ...retime(rank.get(index) ?? NaN),
    })),
  );
  const { codec, codedWidth: width, codedHeight: height, description } = video;
  return { codec, width, height, timescale, samples, ...(description && { description }) };
}

/** A copy of `bytes` with `change` applied to the payload view of the first box of a type (after its header). */
export function patchBox(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
  change: (view: DataView) => void,
): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  const at = positionOf(copy, type);
  const size = new DataView(copy.buffer).getUint32(at - 4);
  change(new DataView(copy.buffer, at + 4, size - 8));
  return copy;
}

/** A copy of `bytes` in which the first four-character code `from` of the index (behind 'moov') reads `to`. */
export function renameCode(
  bytes: Uint8Array<ArrayBuffer>,
  from: string,
  to: string,
): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  copy.set(new TextEncoder().encode(to), positionOf(copy, from, positionOf(copy, 'moov')));
  return copy;
}

function positionOf(bytes: Uint8Array, code: string, from = 0): number {
  const letters = new TextEncoder().encode(code);
  const at = bytes.findIndex((_, i) => i >= from && letters.every((letter, j) => bytes[i + j] === letter));
  if (at < 4) throw new Error(`No ${code} to patch.`);
  return at;
}

/** Remuxes a sample and opens the result. */
export async function reopened(blob: Blob): Promise<Movie> {
  // A Blob of parts, read back as a browser would from disk.
  return demux(new Blob([await blob.arrayBuffer()]));
}
