import { describe, expect, test } from 'vitest';
import type { Box } from 'mp4box';
import { demux } from '../../src/codec/demux.ts';
import type { Movie } from '../../src/codec/movie.ts';
import { loadMp4box } from '../../src/codec/mp4box.ts';
import { rawBox } from '../../src/codec/sample-entries.ts';
import { serialise } from '../../src/codec/box-writer.ts';
import { mux } from '../../src/codec/mux.ts';
import { openSample, packetsOf } from './fixtures.ts';

const NON_SYNC = 0x10000;

/** One fragment to write: a tfdt time (or none) and samples as [duration, size, composition offset]. */
interface FragmentPlan {
  readonly tfdt?: number;
  readonly samples: readonly (readonly [duration: number, size: number, shift: number])[];
}

/** A fragmented file: the index of a sample without its samples, then moof + mdat for each plan. */
async function fragmentedFile(plans: readonly FragmentPlan[]): Promise<Blob> {
  const mp4box = await loadMp4box();
  const { box } = mp4box.BoxParser;
  const make = <T extends Box>(
    made: T,
    fields: Record<string, unknown>,
    children: readonly Box[] = [],
  ): T => {
    Object.assign(made, fields);
    for (const child of children) made.addBox(child);
    return made;
  };
  const source = await demux(await openSample('books'));
  const video = await packetsOf(source);
  const single = { ...video, samples: video.samples.slice(0, 1) };
  const bytes = new Uint8Array(await (await mux(single)).arrayBuffer());
  // trex for track 1: duration 5, size 4, every sample a sync sample; into a moov that keeps its one sample.
  const trex = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 0);
  const mvex = serialise(mp4box, [make(new box.mvex(), {}, [rawBox(mp4box, 'trex', trex)])]);
  const moovAt = new TextDecoder('latin1').decode(bytes).indexOf('moov') - 4;
  const view = new DataView(bytes.buffer);
  const moovSize = view.getUint32(moovAt);
  view.setUint32(moovAt, moovSize + mvex.byteLength);
  const head = [bytes.slice(0, moovAt + moovSize), mvex, bytes.slice(moovAt + moovSize)];
  // The one chunk moved back by the size of mvex.
  const stco = new TextDecoder('latin1').decode(head[0]).indexOf('stco');
  const headView = new DataView((head[0] as Uint8Array<ArrayBuffer>).buffer);
  headView.setUint32(stco + 12, headView.getUint32(stco + 12) + mvex.byteLength);

  const fragments = plans.flatMap(({ tfdt, samples }) => {
    const moof = (offset: number) =>
      serialise(mp4box, [
        make(new box.moof(), {}, [
          make(new box.mfhd(), { sequence_number: 1 }),
          make(new box.traf(), {}, [
            make(new box.tfhd(), { flags: 0x20000, track_id: 1 }),
            ...(tfdt === undefined ? [] : [make(new box.tfdt(), { baseMediaDecodeTime: tfdt })]),
            make(new box.trun(), {
              flags: 0x1 | 0x4 | 0x100 | 0x200 | 0x400 | 0x800,
              version: 1,
              sample_count: samples.length,
              data_offset: offset,
              first_sample_flags: 0,
              sample_duration: samples.map(([duration]) => duration),
              sample_size: samples.map(([, size]) => size),
              sample_flags: samples.map(() => NON_SYNC),
              sample_composition_time_offset: samples.map(([, , shift]) => shift),
            }),
          ]),
        ]),
      ]);
    const data = samples.flatMap(([, size], i) => new Array<number>(size).fill(i + 1));
    const mdat = rawBox(mp4box, 'mdat', Uint8Array.from(data));
    return [moof(moof(0).byteLength + 8), serialise(mp4box, [mdat])];
  });
  return new Blob([...head, ...fragments]);
}

const fragmentSamples = ({ video }: Movie) => video.samples.slice(1);

describe('fragments', () => {
  test('every tfdt counts, so gaps stay; composition offsets may be negative; sizes and offsets fit the bytes', async () => {
    const file = await fragmentedFile([
      {
        tfdt: 2000,
        samples: [
          [10, 3, 0],
          [10, 5, 10],
          [10, 7, -10],
        ],
      },
      { tfdt: 9000, samples: [[20, 2, 0]] },
      { samples: [[20, 2, 0]] },
    ]);
    const movie = await demux(file);
    const samples = fragmentSamples(movie);
    expect(samples.map(({ dts, cts, duration, isSync }) => [dts, cts, duration, isSync])).toEqual([
      [2000, 2000, 10, true],
      [2010, 2020, 10, false],
      [2020, 2010, 10, false],
      [9000, 9000, 20, true],
      [9020, 9020, 20, true],
    ]);
    expect(movie.video.frames.slice(1).map(({ sample, time }) => [sample, time])).toEqual([
      [1, 2000],
      [3, 2010],
      [2, 2020],
      [4, 9000],
      [5, 9020],
    ]);
    const last = samples[2];
    const bytes = await file.slice(last?.offset, (last?.offset ?? 0) + 7).arrayBuffer();
    expect(new Uint8Array(bytes)).toEqual(new Uint8Array(7).fill(3));
    expect(movie.truncated).toBeUndefined();
  });

  test('a file cut inside a fragment keeps what came before', async () => {
    const file = await fragmentedFile([
      { tfdt: 2000, samples: [[10, 50, 0]] },
      { tfdt: 2010, samples: [[10, 50, 0]] },
    ]);
    const movie = await demux(file.slice(0, file.size - 20));
    expect(fragmentSamples(movie)).toHaveLength(2);
    expect(movie.truncated).toEqual({ expected: file.size, got: file.size - 20 });
    // Without its last mdat and a part of the moof before it, the second fragment does not exist.
    expect(fragmentSamples(await demux(file.slice(0, file.size - 70)))).toHaveLength(1);
  });

  test('a run that claims more samples than it holds is refused', async () => {
    const bytes = new Uint8Array(
      await (await fragmentedFile([{ tfdt: 0, samples: [[1, 1, 0]] }])).arrayBuffer(),
    );
    const at = new TextDecoder('latin1').decode(bytes).indexOf('trun');
    new DataView(bytes.buffer).setUint32(at + 8, 0xffffffff);
    await expect(demux(new Blob([bytes]))).rejects.toMatchObject({ name: 'MediaError', code: 'damaged' });
    new DataView(bytes.buffer).setUint32(at + 4, 0); // no fields at all: nothing but the count
    await expect(demux(new Blob([bytes]))).rejects.toMatchObject({ name: 'MediaError', code: 'damaged' });
  });
});
