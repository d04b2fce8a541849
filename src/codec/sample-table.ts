// Expands the tables of a progressive track (stts, ctts, stss, stsz, stsc, stco) into samples.
import { boxView, findBox, parseBox } from './box-reader.ts';
import type { RawBox } from './box-reader.ts';
import { MediaError } from './errors.ts';
import type { Sample } from './movie.ts';
import type { Mp4box } from './mp4box.ts';

/** Most samples of one track: 18 hours at 60 fps. Hostile tables claim up to 2³². */
export const MAX_SAMPLES = 4_000_000;
/** PCM tables list every single audio frame; runs of up to this many become one packet. */
const PCM_PACKET = 1024;

/** Samples of one stbl; `hasCompositionTimes` is false without a ctts box. */
export interface SampleTable {
  readonly samples: Sample[];
  readonly hasCompositionTimes: boolean;
}

/**
 * Reads one stbl box. Tables that disagree about the number of samples give the samples that all of them describe.
 * Throws MediaError `damaged` where a table can't be read or claims more than the file could hold.
 */
export function readSampleTable(mp4box: Mp4box, stbl: RawBox, fileSize: number): SampleTable {
  const sizes = readSizes(mp4box, stbl, fileSize);
  const sttsBox = findBox(stbl, 'stts');
  const stscBox = findBox(stbl, 'stsc');
  const stcoBox = findBox(stbl, 'stco') ?? findBox(stbl, 'co64');
  if (!sttsBox || !stscBox || !stcoBox || sizes.count === 0)
    return { samples: [], hasCompositionTimes: false };
  const stts = parseBox(mp4box, sttsBox, 'stts');
  const stsc = parseBox(mp4box, stscBox, 'stsc');
  const offsets = parseBox(mp4box, stcoBox, stcoBox.type === 'co64' ? 'co64' : 'stco').chunk_offsets;
  const cttsBox = findBox(stbl, 'ctts');
  const ctts = cttsBox && parseBox(mp4box, cttsBox, 'ctts');
  const stssBox = findBox(stbl, 'stss');
  const sync = stssBox && new Set(parseBox(mp4box, stssBox, 'stss').sample_numbers);

  const isPcm = sizes.constant > 0 && !ctts && stts.sample_deltas.length === 1 && stts.sample_deltas[0] === 1;
  if (!isPcm && sizes.count > MAX_SAMPLES) throw tooMany(stbl, sizes.count);
  const delta = runs(stts.sample_counts, stts.sample_deltas);
  const shift = ctts ? runs(ctts.sample_counts, ctts.sample_offsets) : () => 0;
  const samples: Sample[] = [];
  let number = 0;
  let dts = 0;
  let entry = 0;
  for (let chunk = 0; chunk < offsets.length && number < sizes.count; chunk++) {
    while ((stsc.first_chunk[entry + 1] ?? Infinity) <= chunk + 1) entry++;
    let left = Math.min(stsc.samples_per_chunk[entry] ?? 0, sizes.count - number);
    let offset = offsets[chunk] ?? 0;
    while (left > 0) {
      const units = isPcm ? Math.min(left, PCM_PACKET) : 1;
      const size = isPcm ? sizes.constant * units : sizes.at(number);
      const duration = isPcm ? units : delta();
      const isSync = sync?.has(number + 1) ?? true;
      samples.push({ index: samples.length, offset, size, dts, cts: dts + shift(), duration, isSync, units });
      offset += size;
      dts += duration;
      number += units;
      left -= units;
    }
  }
  return { samples, hasCompositionTimes: ctts !== undefined };
}

/** Walks run-length pairs; past their end the last value holds. */
function runs(counts: readonly number[], values: readonly number[]): () => number {
  let run = 0;
  let used = 0;
  let last = 0;
  return () => {
    while (run < counts.length && used >= (counts[run] ?? 0)) {
      run++;
      used = 0;
    }
    used++;
    last = values[run] ?? last;
    return last;
  };
}

interface Sizes {
  readonly count: number;
  /** Bytes of every sample where all are alike, else 0. */
  readonly constant: number;
  at(number: number): number;
}

function readSizes(mp4box: Mp4box, stbl: RawBox, fileSize: number): Sizes {
  const stsz = findBox(stbl, 'stsz');
  if (stsz && stsz.bytes.byteLength >= stsz.headerSize + 12) {
    const view = boxView(stsz);
    const constant = view.getUint32(stsz.headerSize + 4);
    const count = view.getUint32(stsz.headerSize + 8);
    // mp4box would fill an array of `count` entries; checked first, and not needed where all sizes are alike.
    const room = constant > 0 ? fileSize / constant : (stsz.bytes.byteLength - stsz.headerSize - 12) / 4;
    if (count > room) throw tooMany(stbl, count, Math.floor(room));
    if (constant > 0) return { count, constant, at: () => constant };
    const sizes = parseBox(mp4box, stsz, 'stsz').sample_sizes;
    return { count, constant: 0, at: (number) => sizes[number] ?? 0 };
  }
  const stz2 = findBox(stbl, 'stz2');
  if (stz2) {
    const sizes = parseBox(mp4box, stz2, 'stz2').sample_sizes;
    return { count: sizes.length, constant: 0, at: (number) => sizes[number] ?? 0 };
  }
  return { count: 0, constant: 0, at: () => 0 };
}

const tooMany = (stbl: RawBox, count: number, room = MAX_SAMPLES): MediaError =>
  new MediaError(
    'demux',
    'damaged',
    `The sample table at byte ${stbl.start} claims ${count} samples where at most ${room} are possible. ` +
      'Export the clip again from its source.',
  );
