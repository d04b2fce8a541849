import { ALL_FORMATS, BlobSource, EncodedPacketSink, Input } from 'mediabunny';
import { describe, expect, test } from 'vitest';
import { demux } from '../../src/codec/demux.ts';
import { MediaError } from '../../src/codec/errors.ts';
import { uniform } from '../random.ts';
import { openSample, patchBox, renameCode, SAMPLES, sampleBytes } from './fixtures.ts';

/** The code of the MediaError that opening gives; any other outcome fails. */
async function refusal(bytes: BlobPart): Promise<string> {
  const error: unknown = await demux(new Blob([bytes])).then(
    () => new Error('It opened.'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof MediaError)) throw error;
  expect(error.message).toMatch(/\.$|clip\.mp4$/);
  return error.code;
}

describe('demux', () => {
  test.each(SAMPLES)('%s: every packet of both tracks as mediabunny reads it', async (name) => {
    const file = await openSample(name);
    const movie = await demux(file);
    const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
    const video = await input.getPrimaryVideoTrack();
    const audio = await input.getPrimaryAudioTrack();
    if (!video || !audio) throw new Error('mediabunny finds no tracks.');
    const shown = new Map(
      movie.video.frames.map(({ sample, time }) => [sample, time / movie.video.timescale]),
    );
    let index = 0;
    for await (const packet of new EncodedPacketSink(video).packets()) {
      const sample = movie.video.samples[index];
      expect(shown.get(index)).toBeCloseTo(packet.timestamp, 9);
      expect(sample?.isSync).toBe(packet.type === 'key');
      const offset = sample?.offset ?? 0;
      const bytes = await file.slice(offset, offset + (sample?.size ?? 0)).arrayBuffer();
      expect(new Uint8Array(bytes)).toEqual(packet.data);
      index++;
    }
    expect(index).toBe(24);
    expect(movie.video.frames).toHaveLength(24);
    const config = await video.getDecoderConfig();
    expect(movie.video.codec).toBe(config?.codec);
    expect(movie.video.description).toEqual(new Uint8Array(config?.description as ArrayBuffer));
    const sizes: number[] = [];
    for await (const packet of new EncodedPacketSink(audio).packets()) sizes.push(packet.byteLength);
    expect(movie.audio[0]?.samples.map(({ size }) => size)).toEqual(sizes);
    expect(movie.audio[0]).toMatchObject({ codec: 'mp4a.40.2', sampleRate: 44100 });
    expect(movie.duration).toBeCloseTo(2, 3);
    expect(movie.truncated).toBeUndefined();
  });

  test('orientation and sample aspect shape the display size', async () => {
    const bytes = patchBox(await sampleBytes('books'), 'tkhd', (view) => {
      for (const [i, value] of [0, 65536, 0, -65536, 0].entries()) view.setInt32(40 + 4 * i, value);
    });
    const { video } = await demux(new Blob([bytes]));
    expect(video.orientation).toEqual({ rotation: 90, flip: false });
    expect([video.displayWidth, video.displayHeight]).toEqual([192, 320]);
    const wide = patchBox(renameCode(bytes, 'btrt', 'pasp'), 'pasp', (view) => {
      view.setUint32(0, 4);
      view.setUint32(4, 2);
    });
    expect((await demux(new Blob([wide]))).video).toMatchObject({
      sampleAspect: [2, 1],
      displayWidth: 192,
      displayHeight: 640,
    });
  });

  test('names what is no clip', async () => {
    expect(await refusal('')).toBe('not-mp4');
    expect(await refusal('A shopping list.\nMilk, bread.')).toBe('not-mp4');
    expect(await refusal(Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3, 0, 0, 0, 0, 0, 0, 0, 0))).toBe('not-mp4');
    expect(await refusal(new Uint8Array(4096))).toBe('not-mp4');
  });

  test('refuses hostile tables before it believes them', async () => {
    const bytes = await sampleBytes('horse');
    const huge = patchBox(bytes, 'stsz', (view) => view.setUint32(8, 0xffffffff));
    expect(await refusal(huge)).toBe('damaged');
    const alike = patchBox(huge, 'stsz', (view) => view.setUint32(4, 1));
    expect(await refusal(alike)).toBe('damaged');
    expect(await refusal(patchBox(bytes, 'mdhd', (view) => view.setUint32(12, 0)))).toBe('damaged');
    expect(await refusal(renameCode(bytes, 'vide', 'text'))).toBe('no-video');
    expect(await refusal(renameCode(bytes, 'avc1', 'encv'))).toBe('encrypted');
    const closed = patchBox(bytes, 'stts', (view) => view.setUint32(4, 0xffffffff));
    expect(await refusal(closed)).toBe('damaged');
  });

  test('a file cut anywhere opens with what is missing named, or is refused', async () => {
    const bytes = await sampleBytes('runner');
    const codes = new Set<string>();
    for (let cut = 1; cut < bytes.length; cut += 331) {
      const opened = await demux(new Blob([bytes.subarray(0, cut)])).catch((error: unknown) => error);
      if (opened instanceof MediaError) codes.add(opened.code);
      else if (opened instanceof Error) throw opened;
      else expect(opened).toMatchObject({ truncated: { expected: bytes.length, got: cut } });
    }
    expect([...codes].sort()).toEqual(['not-mp4', 'truncated']);
  });

  test('random damage to the index is refused or read, never thrown on or hung on', async () => {
    const bytes = await sampleBytes('dancer');
    const moov = new TextDecoder('latin1').decode(bytes).indexOf('moov');
    const length = new DataView(bytes.buffer).getUint32(moov - 4);
    const random = uniform(7);
    const started = performance.now();
    for (let round = 0; round < 400; round++) {
      const copy = bytes.slice();
      for (let i = 0; i < 3; i++) {
        copy[moov + 4 + Math.floor(random() * (length - 8))] =
          random() < 0.3 ? 255 : Math.floor(random() * 256);
      }
      const outcome: unknown = await demux(new Blob([copy])).catch((error: unknown) => error);
      if (outcome instanceof Error && !(outcome instanceof MediaError)) throw outcome;
    }
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test('an aborted signal stops it', async () => {
    const reason = new Error('no more');
    await expect(demux(await openSample('books'), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});
