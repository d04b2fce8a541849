// Tells an H.264 decoder how far frames are reordered, where the file does not. Without it Chromium's software decoder
// guesses, and loses the first B-frame of a clip: it has put out the next P-frame by the time it learns.
import { firstSps, parseSps } from './h264-sps.ts';
import type { H264Sps } from './h264-sps.ts';
import type { Sample, VideoTrack } from './movie.ts';

/** Deepest reordering that the standard allows. */
const MAX_DEPTH = 16;

/**
 * The track's decoder configuration, with bitstream_restriction (max_num_reorder_frames from the file's own times) in
 * its one SPS where B-frames come without it; otherwise as it is.
 */
export function withReorderDepth({ codec, description, samples }: VideoTrack): Uint8Array<ArrayBuffer> {
  const raw = description ?? new Uint8Array(0);
  if (!codec.startsWith('avc') || ((raw[5] ?? 0) & 0x1f) !== 1) return raw;
  const nal = firstSps(raw);
  const sps = nal && parseSps(nal);
  const depth = reorderDepth(samples);
  if (!sps || sps.hasRestriction || depth === 0 || depth > MAX_DEPTH) return raw;
  const header = nal[0] ?? 0x67;
  const patched = withEmulation(Uint8Array.of(header, ...restricted(sps, depth)));
  const tail = raw.subarray(8 + nal.length);
  const result = new Uint8Array(8 + patched.length + tail.length);
  result.set(raw.subarray(0, 6));
  result.set([patched.length >> 8, patched.length & 0xff], 6);
  result.set(patched, 8);
  result.set(tail, 8 + patched.length);
  return result;
}

/** How many frames are decoded before one that is shown before them, at most. */
export function reorderDepth(samples: readonly Sample[]): number {
  let depth = 0;
  for (const [i, { cts }] of samples.entries()) {
    let later = 0;
    for (let j = Math.max(0, i - MAX_DEPTH); j < i; j++) if ((samples[j]?.cts ?? 0) > cts) later++;
    depth = Math.max(depth, later);
  }
  return depth;
}

/** The parameter set up to bitstream_restriction_flag, then the restriction: generous bounds, the given depth. */
function restricted(
  { rbsp, hasVui, vuiAt, restrictionAt, maxRefFrames }: H264Sps,
  depth: number,
): Uint8Array {
  const bits: number[] = [];
  const end = hasVui ? restrictionAt : vuiAt;
  for (let at = 0; at < end; at++) bits.push(((rbsp[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
  const ue = (value: number) => {
    const code = (value + 1).toString(2);
    bits.push(...new Array<number>(code.length - 1).fill(0), ...Array.from(code, Number));
  };
  if (!hasVui) bits.push(1, 0, 0, 0, 0, 0, 0, 0, 0); // vui_parameters_present_flag, and nothing in it up to here
  bits.push(1, 1); // bitstream_restriction_flag, motion_vectors_over_pic_boundaries_flag
  for (const value of [0, 0, 16, 16, depth, Math.max(depth, maxRefFrames)]) ue(value);
  bits.push(1);
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  for (const [at, bit] of bits.entries()) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (bit << (7 - (at & 7)));
  return bytes;
}

/** Puts emulation prevention bytes (00 00 03) back into a NAL unit. */
function withEmulation(nal: Uint8Array): Uint8Array {
  const out: number[] = [];
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte <= 3) {
      out.push(3);
      zeros = 0;
    }
    out.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Uint8Array.from(out);
}
