// Pictures that follow each other as a clip: what is drawn or rendered becomes a file like any other.
import { encode, type EncoderFrame, mux } from '../../src/codec/index.ts';
import type { FrameIterable } from '../../src/index.ts';
import { make } from '../dom.ts';

/** Longest side of a film: the models work on less. */
const MAX_SIDE = 640;
const MICROSECONDS = 1_000_000;

/**
 * Encodes `frames` as mp4: VideoFrames at their own times, bitmaps `fps` a second. Throws as `encode` and `mux` of the
 * public API do.
 */
export async function film(frames: FrameIterable, fps: number, signal?: AbortSignal): Promise<Blob> {
  const pictures: Omit<EncoderFrame, 'duration'>[] = [];
  let size: { readonly width: number; readonly height: number } | undefined;
  const canvas = make('canvas');
  for await (const frame of frames) {
    const [width, height] =
      'displayWidth' in frame ? [frame.displayWidth, frame.displayHeight] : [frame.width, frame.height];
    const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
    size ??= { width: even(width * scale), height: even(height * scale) };
    Object.assign(canvas, size);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('This browser gives no 2D canvas to draw the clip on.');
    context.drawImage(frame, 0, 0, size.width, size.height);
    const time = 'timestamp' in frame ? frame.timestamp : Math.round((pictures.length * MICROSECONDS) / fps);
    frame.close();
    const { data } = context.getImageData(0, 0, size.width, size.height);
    pictures.push({ data: toI420(data, size.width, size.height), time });
    await new Promise((resolve) => setTimeout(resolve)); // the page shall answer meanwhile
  }
  if (!size) throw new Error('There is no picture to make a clip of.');
  const options = { ...size, timescale: MICROSECONDS, fps, bitrate: 4_000_000, signal };
  const first = pictures[0]?.time ?? 0;
  const timed = pictures.map(({ data, time }, i) => {
    const end = pictures[i + 1]?.time ?? time + Math.round(MICROSECONDS / fps);
    return { data, time: time - first, duration: end - time };
  });
  return mux(await encode(timed, options), {});
}

function even(length: number): number {
  return Math.max(16, 2 * Math.round(length / 2));
}

/** RGBA to I420, BT.709, limited range (ITU-R BT.709-6, 3.2 to 3.4); chroma is the mean of four pixels. */
function toI420(rgba: Uint8ClampedArray, width: number, height: number): Uint8Array<ArrayBuffer> {
  const luma = width * height;
  const chroma = luma / 4;
  const out = new Uint8Array(luma + 2 * chroma);
  for (let i = 0; i < luma; i++) {
    out[i] = 16 + 0.1826 * rgba[4 * i]! + 0.6142 * rgba[4 * i + 1]! + 0.062 * rgba[4 * i + 2]! + 0.5;
  }
  for (let y = 0, at = luma; y < height; y += 2) {
    for (let x = 0; x < width; x += 2, at++) {
      const [r, g, b] = [0, 1, 2].map((channel) => {
        const first = 4 * (y * width + x) + channel;
        const below = first + 4 * width;
        return (rgba[first]! + rgba[first + 4]! + rgba[below]! + rgba[below + 4]!) / 4;
      }) as [number, number, number];
      out[at] = 128.5 - 0.1006 * r - 0.3386 * g + 0.4392 * b;
      out[at + chroma] = 128.5 + 0.4392 * r - 0.3989 * g - 0.0403 * b;
    }
  }
  return out;
}
