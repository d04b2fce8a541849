// Edit lists: from media time to presentation time. mp4box hands out the raw entries and applies none of them.
import { findBox, parseBox } from './box-reader.ts';
import type { RawBox } from './box-reader.ts';
import { MediaError } from './errors.ts';
import type { Frame, Sample, Segment } from './movie.ts';
import type { Mp4box } from './mp4box.ts';

/** One raw elst entry: `duration` in movie ticks, `mediaTime` in track ticks (−1 = empty edit). */
export interface Edit {
  readonly duration: number;
  readonly mediaTime: number;
  readonly rate: number;
}

/** Most entries that are followed; editors write a handful. */
const MAX_EDITS = 10_000;

/** Raw entries of a trak box, empty without an edit list. Throws MediaError `damaged`. */
export function readEdits(mp4box: Mp4box, trak: RawBox): Edit[] {
  const raw = findBox(trak, 'edts', 'elst');
  if (!raw) return [];
  const { entries } = parseBox(mp4box, raw, 'elst');
  if (entries.length > MAX_EDITS) {
    throw new MediaError(
      'demux',
      'damaged',
      `The edit list at byte ${raw.start} has ${entries.length} entries, at most ${MAX_EDITS} are followed. ` +
        'Export the clip again from its editor.',
    );
  }
  return entries.map((entry) => ({
    duration: entry.segment_duration,
    mediaTime: entry.media_time,
    rate: entry.media_rate_integer + entry.media_rate_fraction / 65536,
  }));
}

/**
 * Lays the edits on the presentation's time line, in track ticks. Empty edits leave a gap, so a leading one delays
 * the track. No edits: all media from 0. A duration of 0, and the last edit of a fragmented file (written before its
 * end was known), run to the end of the media. Rates other than 0 and 1 count as 1.
 */
export function segmentsOf(
  edits: readonly Edit[],
  movieTimescale: number,
  timescale: number,
  fragmented: boolean,
): Segment[] {
  if (edits.length === 0) return [{ presentation: 0, media: 0, duration: Infinity, dwell: false }];
  const segments: Segment[] = [];
  const ticks = (movieTicks: number) => Math.round((movieTicks * timescale) / movieTimescale);
  let at = 0;
  for (const [i, { duration, mediaTime, rate }] of edits.entries()) {
    const open = duration === 0 || (fragmented && i === edits.length - 1);
    if (mediaTime >= 0) {
      const length = open ? Infinity : ticks(at + duration) - ticks(at);
      segments.push({ presentation: ticks(at), media: mediaTime, duration: length, dwell: rate === 0 });
      if (open) break;
    }
    at += duration;
  }
  return segments;
}

/**
 * Frames in presentation order. A sample is shown where its composition time lies inside a segment; samples outside
 * are only decoded (as ffmpeg does it). The list of a clip that is cut and repeated by its edits repeats samples.
 */
export function presentedFrames(samples: readonly Sample[], segments: readonly Segment[]): Frame[] {
  const order = [...samples].sort((a, b) => a.cts - b.cts || a.index - b.index);
  const shown: { sample: number; time: number; end: number }[] = [];
  for (const { presentation, media, duration, dwell } of segments) {
    if (shown.length > samples.length * 4 + MAX_EDITS) break;
    const end = presentation + duration;
    if (dwell) {
      const still = order.findLast(({ cts }) => cts <= media);
      if (still) shown.push({ sample: still.index, time: presentation, end });
      continue;
    }
    let previous = 0;
    const first = lowerBound(order, media);
    const cut = order[first - 1];
    // A frame that the edit's start cuts in two is dropped; the next one is shown from there, so that no hole opens.
    const straddled = cut !== undefined && cut.cts + cut.duration > media;
    for (let i = first; i < order.length; i++) {
      const sample = order[i];
      if (!sample || sample.cts >= media + duration) break;
      const time = i === first && straddled ? presentation : presentation + sample.cts - media;
      // A last duration of 0 is common in real files; the frame lasts as long as the one before it.
      const length = sample.duration || previous || 1;
      shown.push({ sample: sample.index, time, end: Math.min(time + length, end) });
      previous = length;
    }
  }
  return shown.map(({ sample, time, end }, index) => {
    const next = shown[index + 1];
    return { index, sample, time, duration: Math.max(0, (next ? next.time : end) - time) };
  });
}

/** First position whose composition time is at least `cts`. */
function lowerBound(order: readonly Sample[], cts: number): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((order[middle]?.cts ?? 0) < cts) low = middle + 1;
    else high = middle;
  }
  return low;
}
