// Cuts a sound track to a part of the clip without touching a byte: whole packets, trimmed by an edit list.
import type { AudioTrack, Sample, Segment } from './movie.ts';

/** Packets to write and how to show them. Times in ticks of the track. */
export interface AudioCut {
  /** Consecutive packets; the first one's `dts` is where the new track's media time starts. */
  readonly samples: readonly Sample[];
  /** Segments on the new time line (0 = start of the part), in the new media time (0 = first packet). */
  readonly segments: readonly Segment[];
}

/**
 * The packets that overlap [start, end) seconds of the presentation, and edits that show exactly that part. Without a
 * part every packet is kept, those outside the edit list (encoder delay) too, and the edits stay as they are.
 * Undefined where the track is silent in the part.
 */
export function cutAudio(
  track: AudioTrack,
  available: readonly Sample[],
  part?: { readonly start: number; readonly end: number },
): AudioCut | undefined {
  const last = available.at(-1);
  if (!last) return undefined;
  const mediaEnd = last.dts + last.duration;
  const from = part ? Math.round(part.start * track.timescale) : 0;
  const to = part ? Math.round(part.end * track.timescale) : Infinity;
  const shown = track.segments
    .map(({ presentation, media, duration }) => {
      const start = Math.max(presentation, from);
      const end = Math.min(presentation + Math.min(duration, mediaEnd - media), to);
      return {
        presentation: start - from,
        media: media + start - presentation,
        duration: end - start,
        dwell: false,
      };
    })
    .filter(({ duration }) => duration > 0);
  if (shown.length === 0) return undefined;
  const low = Math.min(...shown.map(({ media }) => media));
  const high = Math.max(...shown.map(({ media, duration }) => media + duration));
  const samples = part
    ? available.filter(({ dts, duration }) => dts + duration > low && dts < high)
    : available;
  const first = samples[0];
  if (!first) return undefined;
  return { samples, segments: shown.map((segment) => ({ ...segment, media: segment.media - first.dts })) };
}
