// One VideoDecoder over one stretch of samples: feeds it, orders what comes out, and lets nothing leak.
import { MediaError } from './errors.ts';
import type { Frame, VideoTrack } from './movie.ts';
import type { SampleReader } from './sample-reader.ts';

/** One decoded frame. `frame` is closed as soon as the next one is asked for: clone it, or copy out what you need. */
export interface DecodedFrame {
  readonly frame: VideoFrame;
  /** The frame of the list that this is: exact time in ticks. */
  readonly source: Frame;
}

/** Samples to feed, and the frames wanted of them. */
export interface RunPlan {
  readonly first: number;
  readonly last: number;
  readonly frames: readonly Frame[];
}

/** Packets that wait inside the decoder at most: enough for its own reordering, few enough for small frame pools. */
const MAX_QUEUE = 8;
/** Frames held back at most while an earlier one is still expected; some browsers put out in decode order. */
const MAX_HELD = 8;
/** A decoder that shows no sign of life for three of these is given up; one alone may be our own thread's doing. */
const STALL_MS = 10_000;
const MAX_STALLS = 3;

/** Decodes samples `plan.first` to `plan.last` once, and yields the frames in `plan.frames`. */
export class DecoderRun {
  readonly #decoder: VideoDecoder;
  /** Timestamps (µs) of all fed samples in presentation order, and the frame wanted at each. */
  readonly #expected: readonly number[];
  readonly #wanted: ReadonlyMap<number, Frame>;
  readonly #timestamps: ReadonlyMap<number, number>;
  readonly #ready: DecodedFrame[] = [];
  #held: { timestamp: number; frame: VideoFrame }[] = [];
  #next = 0;
  #failure: unknown;
  #flushed = false;
  #signalled = false;
  #notify: () => void = () => undefined;

  constructor(
    config: VideoDecoderConfig,
    readonly track: VideoTrack,
    readonly reader: SampleReader,
    readonly plan: RunPlan,
    readonly signal: AbortSignal | undefined,
  ) {
    this.#timestamps = timestampsOf(track, plan);
    this.#expected = [...this.#timestamps.values()].sort((a, b) => a - b);
    const ranked = plan.frames.map((frame) => [this.#timestamps.get(frame.sample) ?? NaN, frame] as const);
    this.#wanted = new Map(ranked);
    this.#decoder = new VideoDecoder({
      output: (frame) => this.#take(frame),
      error: (error) => this.#fail(error),
    });
    try {
      this.#decoder.configure(config);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The wanted frames in presentation order. Everything is closed when it ends, is left early or throws. */
  async *frames(): AsyncGenerator<DecodedFrame, void, undefined> {
    const wake = () => this.#wake();
    this.#decoder.addEventListener('dequeue', wake);
    this.signal?.addEventListener('abort', wake);
    let fed = this.plan.first;
    let flushing = false;
    let left = this.plan.frames.length;
    try {
      while (left > 0) {
        this.signal?.throwIfAborted();
        const decoded = this.#ready.shift();
        if (decoded) {
          left--;
          try {
            yield decoded;
          } finally {
            decoded.frame.close();
          }
        } else if (this.#failure !== undefined) {
          throw this.#decodingError(fed);
        } else if (this.#flushed) {
          return;
        } else if (fed <= this.plan.last && this.#decoder.decodeQueueSize < MAX_QUEUE) {
          await this.#feed(fed++);
        } else if (fed > this.plan.last && !flushing) {
          flushing = true;
          this.#decoder.flush().then(
            () => this.#finish(),
            (error: unknown) => this.#fail(error),
          );
        } else {
          await this.#wait();
        }
      }
    } finally {
      this.#decoder.removeEventListener('dequeue', wake);
      this.signal?.removeEventListener('abort', wake);
      this.#close();
    }
  }

  async #feed(index: number): Promise<void> {
    const sample = this.track.samples[index];
    if (!sample || sample.size === 0) return; // an empty sample repeats the picture before it
    const data = await this.reader.read(index, this.signal);
    if (this.#failure !== undefined) return;
    const isKey = sample.isSync || index === this.plan.first;
    const timestamp = this.#timestamps.get(index) ?? 0;
    try {
      this.#decoder.decode(new EncodedVideoChunk({ type: isKey ? 'key' : 'delta', timestamp, data }));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A frame came out: keep it in order if it is wanted, close it otherwise. */
  #take(frame: VideoFrame): void {
    if (!this.track.hasCompositionTimes) {
      // The packets' times are decode times: the k-th frame out is shown at the k-th of them.
      this.#emit(this.#expected[this.#next++] ?? NaN, frame);
    } else {
      this.#held.push({ timestamp: frame.timestamp, frame });
      this.#held.sort((a, b) => a.timestamp - b.timestamp);
      this.#release(false);
    }
    this.#wake();
  }

  /** Emits held frames whose turn it is; a frame that never comes holds up no more than MAX_HELD others. */
  #release(all: boolean): void {
    for (let head = this.#held[0]; head; head = this.#held[0]) {
      if (!all && head.timestamp > (this.#expected[this.#next] ?? Infinity) && this.#held.length <= MAX_HELD)
        return;
      this.#held.shift();
      while ((this.#expected[this.#next] ?? Infinity) <= head.timestamp) this.#next++;
      this.#emit(head.timestamp, head.frame);
    }
  }

  #emit(timestamp: number, frame: VideoFrame): void {
    const source = this.#wanted.get(timestamp);
    if (source) this.#ready.push({ frame, source });
    else frame.close();
  }

  #finish(): void {
    this.#release(true);
    this.#flushed = true;
    this.#wake();
  }

  #fail(error: unknown): void {
    this.#failure ??= error ?? new Error('unknown');
    this.#wake();
  }

  #decodingError(fed: number): MediaError {
    const detail = this.#failure instanceof Error ? this.#failure.message : String(this.#failure);
    return new MediaError(
      'decode',
      'damaged',
      `Decoding stopped near frame ${fed} of ${this.track.samples.length} (${this.track.codec}): ${detail} ` +
        'The coded data is damaged or uses a feature that this browser lacks; convert the clip to plain H.264.',
      { cause: this.#failure },
    );
  }

  #wake(): void {
    this.#signalled = true;
    this.#notify();
  }

  async #wait(): Promise<void> {
    if (!this.#signalled) {
      let stalls = 0;
      const watch = setInterval(() => {
        if (++stalls < MAX_STALLS) return;
        this.#fail(new Error(`the decoder gave no sign of life for ${(MAX_STALLS * STALL_MS) / 1000} s.`));
      }, STALL_MS);
      await new Promise<void>((resolve) => (this.#notify = resolve));
      clearInterval(watch);
    }
    this.#signalled = false;
  }

  #close(): void {
    for (const { frame } of this.#ready.splice(0)) frame.close();
    for (const { frame } of this.#held.splice(0)) frame.close();
    if (this.#decoder.state !== 'closed') this.#decoder.close();
  }
}

/**
 * Sample index to timestamp in µs: presentation time, rounded, and made strictly rising in presentation order, so that
 * each comes back as one sample even where the track counts finer than µs.
 */
function timestampsOf(
  { samples, timescale }: VideoTrack,
  { first, last, frames }: RunPlan,
): Map<number, number> {
  const anchor = frames.at(-1);
  const shift = anchor ? anchor.time - (samples[anchor.sample]?.cts ?? 0) : 0;
  const order = samples.slice(first, last + 1).sort((a, b) => a.cts - b.cts || a.index - b.index);
  const timestamps = new Map<number, number>();
  let previous = -Infinity;
  for (const { index, cts } of order) {
    previous = Math.max(previous + 1, Math.round((1e6 * (cts + shift)) / timescale));
    timestamps.set(index, previous);
  }
  return timestamps;
}
