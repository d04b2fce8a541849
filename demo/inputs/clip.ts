// A clip that can be edited, looked into once and then described in words.
import { demux } from '../../src/codec/index.ts';

/** A clip that can be edited. */
export interface Clip {
  readonly id: string;
  readonly file: Blob;
  /** Address of the file, for elements to play. */
  readonly url: string;
  /** File name without its extension. */
  readonly name: string;
  /** Which sample it is, if it is one. */
  readonly sample: string | undefined;
  /** As shown, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Seconds. */
  readonly duration: number;
  /** When each frame is shown, in seconds. */
  readonly times: readonly number[];
  readonly sound: boolean;
}

/** What a file does not say about itself. */
export interface ClipLabel {
  readonly name: string;
  readonly sample?: string | undefined;
  readonly id?: string;
}

/** Looks into a file. Throws MediaError for one that can't be edited, or the signal's reason. */
export async function probeClip(file: Blob, label: ClipLabel, signal?: AbortSignal): Promise<Clip> {
  const { video, audio } = await demux(file, signal ? { signal } : {});
  const { displayWidth: width, displayHeight: height, frames, timescale } = video;
  const { id = crypto.randomUUID(), name, sample } = label;
  return {
    ...{ id, file, sample, width, height },
    url: URL.createObjectURL(file),
    name: name.replace(/\.[^.]*$/, ''),
    duration: video.duration / timescale,
    times: frames.map(({ time }) => time / timescale),
    sound: audio.length > 0,
  };
}

/** Size, length and sound in words. */
export function describeClip({ width, height, times, duration, sound }: Clip): string {
  return `${width}×${height}, ${times.length} frames in ${duration.toFixed(1)} s, ${sound ? 'with sound' : 'silent'}`;
}
