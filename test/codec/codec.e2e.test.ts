// Decoding, encoding and probing in a real Chromium, on clips of the repository.
import { expect, test } from 'vitest';
import type * as codec from '../../src/codec/index.ts';
import { withPage } from '../browser.ts';

const INDEX = 'src/codec/index.ts';

test('probe decodes every frame of a sample', async () => {
  await withPage(async (page, { load, origin }) => {
    const module = await load<typeof codec>(INDEX);
    const found = await page.evaluate(
      async ({ probe }, url) => probe(await (await fetch(url)).blob()),
      module,
      `${origin}/samples/books.mp4`,
    );
    expect(found).toMatchObject({
      frames: 24,
      firstTime: 0,
      displayWidth: 320,
      displayHeight: 192,
      truncated: false,
    });
    expect(found.lastTime).toBeCloseTo(23 / 12, 9);
    expect(found.duration).toBeCloseTo(2, 3);
    expect(found.audio).toMatchObject([{ codec: 'mp4a.40.2', sampleRate: 44100 }]);
  });
});

test('decode gives just the picked frames in order, closes each, and starts at the key frame before them', async () => {
  await withPage(async (page, { load, origin }) => {
    const module = await load<typeof codec>(INDEX);
    const seen = await page.evaluate(
      async ({ demux, decode, pick }, url) => {
        const movie = await demux(await (await fetch(url)).blob());
        const { frames } = pick(movie.video, { start: 1, duration: 0.5, fps: 6 });
        const got: { time: number; timestamp: number; open: boolean; before: boolean }[] = [];
        let previous: VideoFrame | undefined;
        for await (const { frame, source } of decode(movie, { frames })) {
          const before = previous === undefined || previous.format === null; // a closed frame has no format
          got.push({ time: source.time, timestamp: frame.timestamp, open: frame.format !== null, before });
          previous = frame;
        }
        return {
          got,
          asked: frames.map(({ time }) => time),
          timescale: movie.video.timescale,
          closed: previous?.format,
        };
      },
      module,
      `${origin}/samples/runner.mp4`,
    );
    expect(seen.got.map(({ time }) => time)).toEqual(seen.asked);
    expect(seen.asked).toHaveLength(3);
    for (const { time, timestamp } of seen.got)
      expect(timestamp).toBe(Math.round((1e6 * time) / seen.timescale));
    expect(seen.got.every(({ open, before }) => open && before)).toBe(true);
    expect(seen.closed).toBeNull();
  });
});

test('frames that are left early or aborted leave nothing open', async () => {
  await withPage(async (page, { load, origin }) => {
    const module = await load<typeof codec>(INDEX);
    const outcome = await page.evaluate(
      async ({ demux, decode }, url) => {
        const movie = await demux(await (await fetch(url)).blob());
        let left: VideoFrame | undefined;
        for await (const { frame } of decode(movie)) {
          left = frame;
          break;
        }
        const controller = new AbortController();
        let count = 0;
        let reason = '';
        try {
          for await (const decoded of decode(movie, { signal: controller.signal })) {
            left = decoded.frame;
            if (++count === 3) controller.abort(new Error('enough'));
          }
        } catch (error) {
          reason = String(error);
        }
        return { leftFormat: left?.format, count, reason };
      },
      module,
      `${origin}/samples/horse.mp4`,
    );
    expect(outcome).toEqual({ leftFormat: null, count: 3, reason: 'Error: enough' });
  });
});

test('a decoder that breaks is replaced by a software one from where it stopped; shuffled output is put in order', async () => {
  await withPage(async (page, { load, origin }) => {
    const module = await load<typeof codec>(INDEX);
    const outcome = await page.evaluate(
      async ({ demux, decode }, url) => {
        const Real = VideoDecoder;
        const movie = await demux(await (await fetch(url)).blob());
        const asked: string[] = [];
        class Breaking extends Real {
          #left = Infinity;
          constructor(readonly init: VideoDecoderInit) {
            super(init);
          }
          override configure(config: VideoDecoderConfig) {
            asked.push(config.hardwareAcceleration ?? '');
            if (config.hardwareAcceleration === 'no-preference') this.#left = 12;
            super.configure(config);
          }
          override decode(chunk: EncodedVideoChunk) {
            if (--this.#left < 0) this.init.error(new DOMException('broken', 'EncodingError'));
            else super.decode(chunk);
          }
        }
        /** Puts out pairs of frames the wrong way round. */
        class Shuffling extends Real {
          constructor(init: VideoDecoderInit) {
            let held: VideoFrame | undefined;
            const output = (frame: VideoFrame) => {
              if (!held) return void (held = frame);
              init.output(frame);
              init.output(held);
              held = undefined;
            };
            super({ output, error: init.error });
          }
        }
        const lists: number[][] = [];
        for (const Decoder of [Breaking, Shuffling]) {
          globalThis.VideoDecoder = Decoder;
          const times: number[] = [];
          for await (const { frame, source } of decode(movie)) {
            times.push(source.index);
            if (frame.timestamp !== Math.round((1e6 * source.time) / movie.video.timescale)) times.push(NaN);
          }
          lists.push(times);
        }
        globalThis.VideoDecoder = Real;
        return { lists, asked };
      },
      module,
      `${origin}/samples/books.mp4`,
    );
    const all = Array.from({ length: 24 }, (_, i) => i);
    expect(outcome.lists).toEqual([all, all]);
    expect(outcome.asked).toEqual(['no-preference', 'prefer-software']);
  });
});

test('a clip that ends too early: refused for editing, decoded as far as it goes for a look', async () => {
  await withPage(async (page, { load, origin }) => {
    const module = await load<typeof codec>(INDEX);
    const outcome = await page.evaluate(
      async ({ demux, decode, probe }, url) => {
        const whole = await (await fetch(url)).blob();
        const file = whole.slice(0, Math.round(whole.size * 0.6));
        const movie = await demux(file);
        const refused: unknown = await decode(movie)
          .next()
          .catch((error: unknown) => error);
        const { frames, truncated } = await probe(file);
        return { frames, truncated, code: (refused as codec.MediaError).code, message: String(refused) };
      },
      module,
      `${origin}/samples/dancer.mp4`,
    );
    expect(outcome).toMatchObject({ code: 'truncated', truncated: true });
    expect(outcome.message).toMatch(/needs bytes up to \d+, the file has \d+/);
    expect(outcome.frames).toBeGreaterThan(3);
    expect(outcome.frames).toBeLessThan(24);
  });
});

test('frames survive encode, mux and decode: same times, nearly the same pixels', async () => {
  await withPage(async (page, { load, origin }) => {
    const module = await load<typeof codec>(INDEX);
    const outcome = await page.evaluate(
      async ({ demux, decode, pick, encode, mux, readPlanes, probe }, url) => {
        const source = await demux(await (await fetch(url)).blob());
        const part = pick(source.video, { start: 0.25, duration: 1.3 });
        const { codedWidth: width, codedHeight: height, timescale } = source.video;
        const originals: Uint8Array[] = [];
        async function* planes() {
          for await (const { frame, source: at } of decode(source, { frames: part.frames })) {
            const { data, format } = await readPlanes(frame);
            if (format !== 'I420') throw new Error(`The sample decodes to ${format}.`);
            originals.push(data);
            yield { data, time: at.time, duration: at.duration };
          }
        }
        const video = await encode(planes(), { width, height, timescale, fps: 12, bitrate: 4_000_000 });
        const file = await mux(video, { source, part });
        const result = await demux(file);
        let worst = Infinity;
        let index = 0;
        const colours = new Set<string>();
        for await (const { frame } of decode(result)) {
          colours.add(JSON.stringify(frame.colorSpace));
          const { data } = await readPlanes(frame);
          const original = originals[index++] ?? new Uint8Array(0);
          let sum = 0;
          for (let i = 0; i < data.length; i++) sum += ((data[i] ?? 0) - (original[i] ?? 0)) ** 2;
          worst = Math.min(worst, 10 * Math.log10((255 * 255 * data.length) / sum));
        }
        return {
          codec: video.codec,
          want: part.frames.map(({ time, duration }) => [time - part.start, duration]),
          got: result.video.frames.map(({ time, duration }) => [time, duration]),
          worst,
          colours: [...colours],
          probe: await probe(file),
          seconds: (part.end - part.start) / timescale,
        };
      },
      module,
      `${origin}/samples/books.mp4`,
    );
    expect(outcome.codec).toMatch(/^avc1\.64/);
    expect(outcome.got).toEqual(outcome.want);
    expect(outcome.worst).toBeGreaterThan(35);
    expect(outcome.colours).toHaveLength(1);
    expect(outcome.colours[0]).toContain('"matrix":"bt709"');
    expect(outcome.probe.frames).toBe(outcome.want.length);
    expect(outcome.probe.duration).toBeCloseTo(outcome.seconds, 3);
  });
});

test('VP9 and AV1 can be written and read back where H.264 can not', async () => {
  await withPage(async (page, { load }) => {
    const module = await load<typeof codec>(INDEX);
    const counts = await page.evaluate(async ({ encode, mux, probe }) => {
      const isSupported = VideoEncoder.isConfigSupported.bind(VideoEncoder);
      const results: Record<string, number> = {};
      for (const family of ['vp09', 'av01']) {
        VideoEncoder.isConfigSupported = async (config) =>
          config.codec.startsWith(family) ? isSupported(config) : { supported: false, config };
        const data = new Uint8Array(96 * 64 * 1.5).fill(90);
        const frames = Array.from({ length: 5 }, (_, i) => ({ data, time: i * 7, duration: 7 }));
        const video = await encode(frames, { width: 96, height: 64, timescale: 70, fps: 10 });
        results[video.codec.slice(0, 4)] = (await probe(await mux(video))).frames;
      }
      VideoEncoder.isConfigSupported = isSupported;
      return results;
    }, module);
    expect(counts).toEqual({ vp09: 5, av01: 5 });
  });
});

test('encode refuses odd sizes and empty lists, and stops when told', async () => {
  await withPage(async (page, { load }) => {
    const module = await load<typeof codec>(INDEX);
    const outcome = await page.evaluate(async ({ encode }) => {
      const options = { width: 64, height: 64, timescale: 30, fps: 30 };
      const failure = (promise: Promise<unknown>) =>
        promise.then(
          () => 'none',
          (error: unknown) => String(error),
        );
      const controller = new AbortController();
      async function* endless() {
        const data = new Uint8Array(64 * 64 * 1.5);
        for (let i = 0; ; i++) {
          if (i === 20) controller.abort(new Error('enough'));
          await Promise.resolve();
          yield { data, time: i, duration: 1 };
        }
      }
      return [
        await failure(encode([], { ...options, width: 63 })),
        await failure(encode([], options)),
        await failure(encode(endless(), { ...options, signal: controller.signal })),
      ];
    }, module);
    expect(outcome[0]).toMatch(/RangeError.*even sizes/);
    expect(outcome[1]).toMatch(/MediaError.*no frame/);
    expect(outcome[2]).toBe('Error: enough');
  });
});
