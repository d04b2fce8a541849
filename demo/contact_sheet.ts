// Before and after in one picture: frames of the source above the edited frames of the same times.
import { decode, demux, pick } from '../src/codec/index.ts';

const COLUMNS = 6;
const FRAME_WIDTH = 240;
const GAP = 4;

/** A PNG with up to six frames of `source` from `start` seconds on (above) and of `result` (below). */
export async function contactSheet(source: Blob, result: Blob, start: number): Promise<Blob> {
  const [before, after] = await Promise.all([demux(source), demux(result)]);
  const { displayWidth, displayHeight } = after.video;
  const height = Math.round((FRAME_WIDTH * displayHeight) / displayWidth);
  const duration = after.video.duration / after.video.timescale;
  const fps = COLUMNS / duration;
  const canvas = new OffscreenCanvas(COLUMNS * (FRAME_WIDTH + GAP) - GAP, 2 * height + GAP);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gives no 2D canvas to draw the contact sheet on.');
  for (const [row, movie] of [before, after].entries()) {
    const part = row === 0 ? { start, duration, fps } : { fps };
    const { frames } = pick(movie.video, part);
    let column = 0;
    for await (const { frame } of decode(movie, { frames: frames.slice(0, COLUMNS) })) {
      context.drawImage(frame, column * (FRAME_WIDTH + GAP), row * (height + GAP), FRAME_WIDTH, height);
      column += 1;
    }
  }
  return canvas.convertToBlob({ type: 'image/png' });
}
