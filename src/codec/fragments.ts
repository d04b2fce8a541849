// Samples of movie fragments (moof): defaults, runs, byte positions and decode times, each fragment's tfdt honoured.
// (mp4box's own sample lists honour only the first one, so gaps between fragments vanish.)
import { boxView, childBoxes, findBox, parseBox } from './box-reader.ts';
import type { RawBox } from './box-reader.ts';
import { MediaError } from './errors.ts';
import type { Sample } from './movie.ts';
import type { Mp4box } from './mp4box.ts';
import { MAX_SAMPLES } from './sample-table.ts';

/** trex: what a fragment may leave unsaid. */
export interface FragmentDefaults {
  readonly duration: number;
  readonly size: number;
  readonly flags: number;
}

/** A track under construction; `samples` grows with every fragment. */
export interface FragmentedTrack {
  readonly samples: Sample[];
  readonly defaults: FragmentDefaults;
}

/** Reads mvex/trex of a moov: track id to defaults. Empty where the file is not fragmented. */
export function readFragmentDefaults(mp4box: Mp4box, moov: RawBox): Map<number, FragmentDefaults> {
  const defaults = new Map<number, FragmentDefaults>();
  const mvex = findBox(moov, 'mvex');
  for (const raw of mvex ? childBoxes(mvex) : []) {
    if (raw.type !== 'trex') continue;
    const trex = parseBox(mp4box, raw, 'trex');
    defaults.set(trex.track_id, {
      duration: trex.default_sample_duration,
      size: trex.default_sample_size,
      flags: trex.default_sample_flags,
    });
  }
  return defaults;
}

const TFHD = { baseOffset: 0x1, duration: 0x8, size: 0x10, flags: 0x20, baseIsMoof: 0x20000 } as const;
const TRUN = {
  offset: 0x1,
  firstFlags: 0x4,
  duration: 0x100,
  size: 0x200,
  flags: 0x400,
  cts: 0x800,
} as const;
const NON_SYNC = 0x10000;

/** Appends the samples of one moof box to the tracks it names (others are skipped). Throws MediaError `damaged`. */
export function appendFragment(
  mp4box: Mp4box,
  moof: RawBox,
  tracks: ReadonlyMap<number, FragmentedTrack>,
): void {
  // Without a base of its own a track fragment's data starts at the moof, or where the one before it ended.
  let base = moof.start;
  for (const traf of childBoxes(moof)) {
    const tfhdBox = traf.type === 'traf' ? findBox(traf, 'tfhd') : undefined;
    if (!tfhdBox) continue;
    const tfhd = parseBox(mp4box, tfhdBox, 'tfhd');
    if (tfhd.flags & TFHD.baseOffset) base = tfhd.base_data_offset;
    else if (tfhd.flags & TFHD.baseIsMoof) base = moof.start;
    const track = tracks.get(tfhd.track_id) ?? { samples: [], defaults: { duration: 0, size: 0, flags: 0 } };
    const { samples } = track;
    const defaults: FragmentDefaults = {
      duration: tfhd.flags & TFHD.duration ? tfhd.default_sample_duration : track.defaults.duration,
      size: tfhd.flags & TFHD.size ? tfhd.default_sample_size : track.defaults.size,
      flags: tfhd.flags & TFHD.flags ? tfhd.default_sample_flags : track.defaults.flags,
    };
    const tfdtBox = findBox(traf, 'tfdt');
    const last = samples.at(-1);
    let dts = tfdtBox
      ? parseBox(mp4box, tfdtBox, 'tfdt').baseMediaDecodeTime
      : last
        ? last.dts + last.duration
        : 0;
    let offset = base;
    for (const raw of childBoxes(traf)) {
      if (raw.type !== 'trun') continue;
      const trun = parseRun(mp4box, raw, samples.length);
      if (trun.flags & TRUN.offset) offset = base + trun.data_offset;
      for (let i = 0; i < trun.sample_count; i++) {
        const duration = trun.flags & TRUN.duration ? (trun.sample_duration[i] ?? 0) : defaults.duration;
        const size = trun.flags & TRUN.size ? (trun.sample_size[i] ?? 0) : defaults.size;
        const shift = trun.flags & TRUN.cts ? (trun.sample_composition_time_offset[i] ?? 0) : 0;
        let flags = trun.flags & TRUN.flags ? (trun.sample_flags[i] ?? 0) : defaults.flags;
        if (i === 0 && trun.flags & TRUN.firstFlags) flags = trun.first_sample_flags;
        const isSync = (flags & NON_SYNC) === 0;
        samples.push({
          index: samples.length,
          offset,
          size,
          dts,
          cts: dts + shift,
          duration,
          isSync,
          units: 1,
        });
        dts += duration;
        offset += size;
      }
    }
    base = offset;
  }
}

function parseRun(mp4box: Mp4box, raw: RawBox, already: number) {
  const view = boxView(raw);
  const flags = raw.bytes.byteLength >= raw.headerSize + 8 ? view.getUint32(raw.headerSize) & 0xffffff : 0;
  const count = raw.bytes.byteLength >= raw.headerSize + 8 ? view.getUint32(raw.headerSize + 4) : 0;
  const fields = [TRUN.duration, TRUN.size, TRUN.flags, TRUN.cts].filter((field) => flags & field).length;
  const room = Math.min(MAX_SAMPLES - already, fields > 0 ? raw.bytes.byteLength / (4 * fields) : Infinity);
  if (count > room) {
    throw new MediaError(
      'demux',
      'damaged',
      `The fragment run at byte ${raw.start} claims ${count} samples where at most ${Math.floor(room)} are possible. ` +
        'Export the clip again from its source.',
    );
  }
  return parseBox(mp4box, raw, 'trun');
}
