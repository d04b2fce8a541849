// Frames to coded video: I420, BT.709, limited range in; H.264 (else VP9, AV1) out, with exact times.
import { encoderCodecs } from './codec-levels.ts';
import { MediaError } from './errors.ts';

/** One frame to encode; times in ticks of the encoder's timescale. Rising times, as far apart as they like. */
export interface EncoderFrame {
  /** I420, tightly packed (width·height·3/2 bytes), BT.709, limited range. May be reused once the next one is asked for. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly time: number;
  readonly duration: number;
}

/** How `encode` is called. */
export interface EncodeOptions {
  /** Pixels; even. */
  readonly width: number;
  readonly height: number;
  /** Ticks per second of the frames' times. */
  readonly timescale: number;
  /** Frames per second at most, for the codec's level and the bitrate. */
  readonly fps: number;
  /** Bits per second. Default: 0.15 bits per pixel, at least 300 kbit/s. */
  readonly bitrate?: number;
  readonly signal?: AbortSignal | undefined;
}

/** One coded frame. */
export interface EncodedSample {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly time: number;
  readonly duration: number;
  readonly isSync: boolean;
}

/** A coded video, in memory, in decode order. */
export interface EncodedVideo {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly timescale: number;
  /** avcC payload for H.264; VP9 and AV1 carry their configuration in the stream. */
  readonly description?: Uint8Array<ArrayBuffer>;
  readonly samples: readonly EncodedSample[];
}

const BITS_PER_PIXEL = 0.15;
const MIN_BITRATE = 300_000;
const KEY_FRAME_SECONDS = 2;
/** Frames that wait inside the encoder at most. */
const MAX_QUEUE = 4;
const COLOUR = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false } as const;

/**
 * Encodes frames as they come and returns when all are coded. Pulls the next frame only when the encoder has room.
 * Throws RangeError for odd or empty sizes, MediaError (`unsupported-codec`, `no-frames`, `failed`) of stage encode,
 * or the signal's reason; the encoder is closed in any case.
 */
export async function encode(
  frames: AsyncIterable<EncoderFrame> | Iterable<EncoderFrame>,
  options: EncodeOptions,
): Promise<EncodedVideo> {
  const { width, height, timescale, signal } = options;
  if (!(width >= 2 && height >= 2 && width % 2 === 0 && height % 2 === 0)) {
    throw new RangeError(`Video can be written in even sizes only, got ${width}×${height}.`);
  }
  const config = await chooseConfig(options);
  const run = new EncoderRun(config);
  const times = new Map<number, EncoderFrame>();
  let lastKey = -Infinity;
  let lastTimestamp = -Infinity;
  try {
    for await (const frame of frames) {
      signal?.throwIfAborted();
      const isKey = frame.time - lastKey >= KEY_FRAME_SECONDS * timescale;
      if (isKey) lastKey = frame.time;
      lastTimestamp = Math.max(lastTimestamp + 1, Math.round((1e6 * frame.time) / timescale));
      times.set(lastTimestamp, { ...frame, data: EMPTY });
      await run.encode(frame, lastTimestamp, Math.round((1e6 * frame.duration) / timescale), isKey, signal);
    }
    if (times.size === 0) throw new MediaError('encode', 'no-frames', 'There is no frame to encode.');
    await run.flush(signal);
  } finally {
    run.close();
  }
  const samples = run.chunks.map(({ timestamp, data, isSync }) => {
    const { time, duration } = times.get(timestamp) ?? { time: NaN, duration: NaN };
    return { data, isSync, time, duration };
  });
  if (samples.length !== times.size || samples.some(({ time }) => Number.isNaN(time))) {
    throw failed(config.codec, `it gave ${samples.length} coded frames for ${times.size} frames`);
  }
  return {
    codec: config.codec,
    width,
    height,
    timescale,
    samples,
    ...(run.description && { description: run.description }),
  };
}

const EMPTY = new Uint8Array(0);

/** The first codec that this browser proves it can encode. */
async function chooseConfig({ width, height, fps, bitrate }: EncodeOptions): Promise<VideoEncoderConfig> {
  const codecs = typeof VideoEncoder === 'function' ? encoderCodecs(width, height, fps) : [];
  for (const codec of codecs) {
    const config: VideoEncoderConfig = {
      codec,
      width,
      height,
      framerate: fps,
      bitrate: bitrate ?? Math.max(MIN_BITRATE, Math.round(width * height * fps * BITS_PER_PIXEL)),
      latencyMode: 'quality',
      ...(codec.startsWith('avc1') && { avc: { format: 'avc' } }),
    };
    const { supported } = await VideoEncoder.isConfigSupported(config).catch(() => ({ supported: false }));
    if (supported && (await provesItself(config))) return config;
  }
  throw new MediaError(
    'encode',
    'unsupported-codec',
    `This browser can't encode video of ${width}×${height} (tried ${codecs.join(', ') || 'nothing: it has no VideoEncoder'}). ` +
      'Choose a smaller output size or another browser.',
  );
}

/** Some browsers say yes to what they then can't do: one grey frame tells. */
async function provesItself(config: VideoEncoderConfig): Promise<boolean> {
  const run = new EncoderRun(config);
  try {
    const data = new Uint8Array((config.width * config.height * 3) / 2).fill(128);
    await run.encode({ data, time: 0, duration: 1 }, 0, 1, true);
    await run.flush();
    return run.chunks.length === 1 && (!config.avc || run.description !== undefined);
  } catch {
    return false;
  } finally {
    run.close();
  }
}

const failed = (codec: string, detail: string, cause?: unknown): MediaError =>
  new MediaError(
    'encode',
    'failed',
    `The browser's ${codec} encoder stopped: ${detail}. Try a smaller output size.`,
    {
      cause,
    },
  );

/** One VideoEncoder, what it put out, and its failure turned into a MediaError. */
class EncoderRun {
  readonly chunks: { timestamp: number; data: Uint8Array<ArrayBuffer>; isSync: boolean }[] = [];
  description: Uint8Array<ArrayBuffer> | undefined;
  readonly #encoder: VideoEncoder;
  #failure: unknown;

  constructor(readonly config: VideoEncoderConfig) {
    this.#encoder = new VideoEncoder({
      output: (chunk, metadata) => {
        const data = new Uint8Array(chunk.byteLength);
        chunk.copyTo(data);
        this.chunks.push({ timestamp: chunk.timestamp, data, isSync: chunk.type === 'key' });
        const description = metadata?.decoderConfig?.description;
        if (description && !this.description) this.description = bytesOf(description);
      },
      error: (error) => (this.#failure = error),
    });
    try {
      this.#encoder.configure(config);
    } catch (error) {
      this.#failure = error;
    }
  }

  async encode(
    { data }: EncoderFrame,
    timestamp: number,
    duration: number,
    keyFrame: boolean,
    signal?: AbortSignal,
  ): Promise<void> {
    while (this.#encoder.encodeQueueSize >= MAX_QUEUE && this.#failure === undefined)
      await this.#room(signal);
    signal?.throwIfAborted();
    this.#check();
    const { width: codedWidth, height: codedHeight } = this.config;
    const frame = new VideoFrame(data, {
      format: 'I420',
      codedWidth,
      codedHeight,
      timestamp,
      duration,
      colorSpace: COLOUR,
    });
    try {
      this.#encoder.encode(frame, { keyFrame });
    } catch (error) {
      throw failed(this.config.codec, messageOf(error), error);
    } finally {
      frame.close();
    }
  }

  async flush(signal?: AbortSignal): Promise<void> {
    const abort = () => this.close();
    signal?.addEventListener('abort', abort);
    try {
      await this.#encoder.flush();
      await new Promise((resolve) => setTimeout(resolve)); // Chromium reports some errors one task late
    } catch (error) {
      this.#failure ??= error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
    signal?.throwIfAborted();
    this.#check();
  }

  close(): void {
    if (this.#encoder.state !== 'closed') this.#encoder.close();
  }

  #check(): void {
    if (this.#failure !== undefined) throw failed(this.config.codec, messageOf(this.#failure), this.#failure);
  }

  /** Waits until a frame left the queue, the signal fires, or a moment has passed (an error fires no event). */
  async #room(signal?: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, 100);
      const encoder = this.#encoder;
      function done() {
        clearTimeout(timer);
        encoder.removeEventListener('dequeue', done);
        signal?.removeEventListener('abort', done);
        resolve();
      }
      encoder.addEventListener('dequeue', done);
      signal?.addEventListener('abort', done);
    });
    signal?.throwIfAborted();
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function bytesOf(source: AllowSharedBufferSource): Uint8Array<ArrayBuffer> {
  const view = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  return view.slice();
}
