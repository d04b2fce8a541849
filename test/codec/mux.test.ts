import { ALL_FORMATS, BlobSource, EncodedPacketSink, Input } from 'mediabunny';
import { describe, expect, test } from 'vitest';
import { demux } from '../../src/codec/demux.ts';
import type { EncodedVideo } from '../../src/codec/encode.ts';
import { MediaError } from '../../src/codec/errors.ts';
import type { Movie, Sample } from '../../src/codec/movie.ts';
import { mux } from '../../src/codec/mux.ts';
import { pick } from '../../src/codec/pick.ts';
import { openSample, packetsOf, reopened, SAMPLES } from './fixtures.ts';

const bytesOf = async ({ file }: Movie, { offset, size }: Sample) =>
  new Uint8Array(await file.slice(offset, offset + size).arrayBuffer());

/** Bytes of every packet of a movie's first sound track. */
const sound = (movie: Movie) =>
  Promise.all((movie.audio[0]?.samples ?? []).map((sample) => bytesOf(movie, sample)));

const shownTimes = ({ video }: Movie) => video.frames.map(({ time, duration }) => [time, duration]);

/** What mediabunny, which shares no code with us, reads of a file. */
async function readByMediabunny(blob: Blob) {
  const input = new Input({
    source: new BlobSource(new Blob([await blob.arrayBuffer()])),
    formats: ALL_FORMATS,
  });
  const video = await input.getPrimaryVideoTrack();
  const audio = await input.getPrimaryAudioTrack();
  if (!video) throw new Error('mediabunny finds no video.');
  const timesOf = async (track: typeof video | NonNullable<typeof audio>) => {
    const packets: { timestamp: number; bytes: Uint8Array }[] = [];
    for await (const { timestamp, data } of new EncodedPacketSink(track).packets())
      packets.push({ timestamp, bytes: data });
    return packets;
  };
  return {
    rotation: video.rotation,
    size: [video.displayWidth, video.displayHeight],
    config: await video.getDecoderConfig(),
    video: await timesOf(video),
    audio: audio ? await timesOf(audio) : [],
    duration: await input.computeDuration(),
  };
}

describe('mux', () => {
  test.each(SAMPLES)('%s: the whole clip comes back with every time and byte', async (name) => {
    const source = await demux(await openSample(name));
    const video = await packetsOf(source);
    const blob = await mux(video, { source });
    const movie = await reopened(blob);
    expect(shownTimes(movie)).toEqual(shownTimes(source));
    expect(movie.video).toMatchObject({
      timescale: source.video.timescale,
      codec: source.video.codec,
      description: source.video.description,
      colour: { primaries: 1, transfer: 1, matrix: 1, fullRange: false },
      orientation: { rotation: 0, flip: false },
      sampleAspect: [1, 1],
    });
    expect(movie.video.samples.map(({ isSync }) => isSync)).toEqual(
      source.video.samples.map(({ isSync }) => isSync),
    );
    expect(await sound(movie)).toEqual(await sound(source));
    expect(movie.audio[0]?.entry).toEqual(source.audio[0]?.entry);
    expect(movie.audio[0]?.segments).toEqual(source.audio[0]?.segments);
    expect(movie.audio[0]?.language).toBe(source.audio[0]?.language);
    expect(movie.duration).toBeCloseTo(source.duration, 6);

    const theirs = await readByMediabunny(blob);
    const original = await readByMediabunny(source.file);
    expect(theirs.video).toEqual(original.video);
    expect(theirs.audio).toEqual(original.audio);
    expect(theirs.rotation).toBe(0);
    expect(theirs.config?.colorSpace).toMatchObject({
      primaries: 'bt709',
      transfer: 'bt709',
      matrix: 'bt709',
    });
  });

  test('the index comes before the data', async () => {
    const source = await demux(await openSample('books'));
    const text = new TextDecoder('latin1').decode(
      await (await mux(await packetsOf(source), { source })).arrayBuffer(),
    );
    expect(text.indexOf('moov')).toBeLessThan(text.indexOf('mdat'));
    expect(text).not.toMatch(/mvex|moof/);
  });

  test('a part: video from 0, the sound cut alike and trimmed exactly', async () => {
    const source = await demux(await openSample('dancer'));
    const part = pick(source.video, { start: 0.51, duration: 1 });
    const all = await packetsOf(source);
    // All intra as far as the muxer cares: the picked frames' own packets, in presentation order.
    const samples = part.frames.map(({ time, duration }, i) => {
      const packet = all.samples.find((sample) => sample.time === time);
      return { data: packet?.data ?? new Uint8Array(1), isSync: i === 0, time, duration };
    });
    const movie = await reopened(await mux({ ...all, samples }, { source, part }));
    expect(shownTimes(movie)).toEqual(part.frames.map(({ time, duration }) => [time - part.start, duration]));
    const seconds = (part.end - part.start) / source.video.timescale;
    expect(movie.video.duration / movie.video.timescale).toBe(seconds);

    const track = source.audio[0];
    const [segment] = track?.segments ?? [];
    if (!track || !segment) throw new Error('The sample has no sound.');
    const from = segment.media + (part.start / source.video.timescale) * track.timescale;
    const to = segment.media + (part.end / source.video.timescale) * track.timescale;
    const overlapping = track.samples.filter(({ dts, duration }) => dts + duration > from && dts < to);
    expect(await sound(movie)).toEqual(
      await Promise.all(overlapping.map((sample) => bytesOf(source, sample))),
    );
    const [trimmed] = movie.audio[0]?.segments ?? [];
    expect(trimmed?.presentation).toBe(0);
    expect(trimmed?.media).toBe(Math.round(from) - (overlapping[0]?.dts ?? NaN));
    expect(trimmed?.duration).toBeCloseTo(seconds * track.timescale, -0.3);
  });

  test('frames at any times, a late start and finer clocks than µs', async () => {
    const source = await demux(await openSample('horse'));
    const times = Array.from({ length: 24 }, (_, i) => 15_000_007 + 3 * i * i + i);
    const video = await packetsOf(source, 10_000_000, (i) => ({
      time: times[i] ?? NaN,
      duration: 6 * i + 4,
    }));
    const movie = await reopened(await mux(video));
    expect(movie.video.timescale).toBe(10_000_000);
    expect(movie.video.frames.map(({ time }) => time)).toEqual(times);
    expect(movie.audio).toHaveLength(0);
  });

  test('B-frames: decode times rise, presentation times are the source’s, in front of a delay', async () => {
    const source = await demux(await openSample('runner'));
    const all = await packetsOf(source, 24, (i) => ({ time: i, duration: 1 }));
    const order = [0, 3, 1, 2, 6, 4, 5];
    const samples = order.map((time, i) => ({
      data: all.samples[i]?.data ?? new Uint8Array(1),
      isSync: i === 0,
      time,
      duration: 1,
    }));
    const movie = await reopened(await mux({ ...all, samples }));
    expect(movie.video.samples.map(({ dts }) => dts)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(movie.video.frames.map(({ sample, time }) => [order[sample], time])).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((time) => [time, time]),
    );
    const theirs = await readByMediabunny(await mux({ ...all, samples }));
    expect(theirs.video.map(({ timestamp }) => Math.round(timestamp * 24))).toEqual(order);
  });

  test.each(['vp09.00.10.08', 'av01.0.00M.08'])(
    '%s has a configuration box that gives its codec string back',
    async (codec) => {
      const samples = [{ data: new Uint8Array([1, 2, 3]), isSync: true, time: 0, duration: 1 }];
      const video: EncodedVideo = { codec, width: 64, height: 48, timescale: 1, samples };
      const blob = await mux(video);
      const movie = await reopened(blob);
      expect(movie.video).toMatchObject({ codec, codedWidth: 64, codedHeight: 48 });
      expect((await readByMediabunny(blob)).config?.codec).toMatch(codec.slice(0, 10));
    },
  );

  test('refuses what has no place in MP4', async () => {
    const video: EncodedVideo = { codec: 'theora', width: 2, height: 2, timescale: 1, samples: [] };
    await expect(mux(video)).rejects.toThrow(MediaError);
  });
});
