// Before and after in one picture: frames of the source above the edited frames of the same times.
import { decode, demux, pick } from '../src/codec/index.ts';

const COLUMNS = 6;
const FRAME_WIDTH = 240;
const GAP = 4;

/**
 * A PNG with up to six frames of `source` from `start` seconds on (above) and of `result` (below). Frames of a source that
 * is no file are those of the result, in their order.
 */
export async function contactSheet(
  source: Blob | AsyncIterable<VideoFrame>,
  result: Blob,
  start: number,
): Promise<Blob> {
  const after = await demux(result);
  const { displayWidth, displayHeight, frames: edited } = after.video;
  const height = Math.round((FRAME_WIDTH * displayHeight) / displayWidth);
  const duration = after.video.duration / after.video.timescale;
  const fps = COLUMNS / duration;
  const canvas = new OffscreenCanvas(COLUMNS * (FRAME_WIDTH + GAP) - GAP, 2 * height + GAP);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser gives no 2D canvas to draw the contact sheet on.');
  const row = async (frames: AsyncIterable<{ readonly frame: VideoFrame }>, y: number): Promise<void> => {
    let column = 0;
    for await (const { frame } of frames) {
      context.drawImage(frame, column * (FRAME_WIDTH + GAP), y, FRAME_WIDTH, height);
      column += 1;
    }
  };
  const { frames } = pick(after.video, { fps });
  const shown = frames.slice(0, COLUMNS);
  if (source instanceof Blob) {
    const before = await demux(source);
    const part = pick(before.video, { start, duration, fps }).frames.slice(0, COLUMNS);
    await row(decode(before, { frames: part }), 0);
  } else {
    const times = new Set(shown.map(({ time }) => time));
    await row(framesAt(source, new Set(edited.flatMap(({ time }, i) => (times.has(time) ? [i] : [])))), 0);
  }
  await row(decode(after, { frames: shown }), height + GAP);
  return canvas.convertToBlob({ type: 'image/png' });
}

/** The frames at `positions`; each is closed once the next is asked for. */
async function* framesAt(
  frames: AsyncIterable<VideoFrame>,
  positions: ReadonlySet<number>,
): AsyncGenerator<{ readonly frame: VideoFrame }, void, undefined> {
  let index = 0;
  for await (const frame of frames) {
    try {
      if (positions.has(index)) yield { frame };
    } finally {
      frame.close();
    }
    index += 1;
  }
}
