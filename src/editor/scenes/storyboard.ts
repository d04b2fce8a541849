// A storyboard as a clip to edit: stills with time codes, a camera that moves over each, and cross-fades at the cuts.
// Where everything is at any time is plain arithmetic; the drawing itself is a canvas's.

import { even, outputSize, type Size } from '../ask/geometry.ts';
import type { Picture } from '../ask/options.ts';
import { mix, smooth } from './scene.ts';

/** A still, and when it begins to be shown. */
export interface Card {
  readonly image: Picture;
  /** Seconds. */
  readonly time: number;
}

/** How the camera moves over each still: not at all, nearer, sideways, or a little of both. */
export type Motion = 'hold' | 'zoom' | 'pan' | 'drift';

/** Options of {@link storyboard}. */
export interface StoryboardOptions {
  /** Seconds of the whole clip. */
  readonly duration: number;
  /** Frames per second, default 8. */
  readonly fps?: number;
  /** Even sides; default that of the first still, at most 720p. Stills of another shape are cropped. */
  readonly size?: Size;
  /** Default `'drift'`. */
  readonly motion?: Motion;
  /** Seconds of a cross-fade, half of it on either side of a cut; default 0.5, 0 for hard cuts. Never more than half of a still's time. */
  readonly fade?: number;
}

/** What of a still is in the picture: zoom 1 covers it, `x` and `y` lead from its middle (0) to an edge (-1, 1). */
export interface Framing {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

/** A still that is drawn at some time, over those before it in the list. */
export interface Layer extends Framing {
  readonly card: number;
  /** 0 to 1. */
  readonly opacity: number;
}

const MOTIONS: readonly Motion[] = ['hold', 'zoom', 'pan', 'drift'];
/** How much nearer a zoom comes. */
const ZOOM = 1.25;
const DRIFT_ZOOM = 1.12;

/**
 * The frames of a storyboard, for `editor.edit`: from one still to the next with a moving camera; the same cards give
 * the same frames. May be read any number of times; frames are the reader's to close. Throws TypeError and RangeError
 * for cards and options; reading throws TypeError for a still that is no image, naming its card.
 */
export function storyboard(cards: readonly Card[], options: StoryboardOptions): AsyncIterable<VideoFrame> {
  const { duration, fps, fade, motion } = checkedStoryboard(cards, options);
  const times = cards.map(({ time }) => time);
  const count = frameCount(duration, fps);
  return {
    async *[Symbol.asyncIterator]() {
      const stills: ImageBitmap[] = [];
      try {
        for (const [i, { image }] of cards.entries()) stills.push(await readStill(image, i));
        const size = options.size ?? outputSize(stills[0]!);
        const context = new OffscreenCanvas(size.width, size.height).getContext('2d');
        if (!context) throw new Error('This browser gives no 2D canvas to draw the storyboard on.');
        context.imageSmoothingQuality = 'high';
        const at = (frame: number) => Math.min(Math.round((1e6 * frame) / fps), Math.round(1e6 * duration));
        for (let frame = 0; frame < count; frame++) {
          context.globalAlpha = 1;
          context.fillStyle = 'white'; // under transparent stills, as for pictures that give the content
          context.fillRect(0, 0, size.width, size.height);
          for (const layer of layersAt(times, duration, frame / fps, { fade, motion })) {
            draw(context, stills[layer.card]!, layer, size);
          }
          const timing = { timestamp: at(frame), duration: at(frame + 1) - at(frame) };
          yield new VideoFrame(context.canvas, { ...timing, alpha: 'discard' });
        }
      } finally {
        for (const still of stills) still.close();
      }
    },
  };
}

/** Frames of `duration` seconds: the last one may be shorter. */
export function frameCount(duration: number, fps: number): number {
  return Math.max(1, Math.ceil(duration * fps - 1e-6));
}

/** Checks what is asked for and fills in the defaults. Throws TypeError and RangeError, naming the card. */
export function checkedStoryboard(
  cards: readonly Card[],
  { duration, fps = 8, size, motion = 'drift', fade = 0.5 }: StoryboardOptions,
): Required<Omit<StoryboardOptions, 'size'>> {
  if (cards.length === 0) {
    throw new TypeError('A storyboard needs at least one card: { image, time }.');
  }
  if (!(duration > 0 && duration <= 600)) {
    throw new RangeError(`duration must be more than 0 to 600 seconds, got ${duration}.`);
  }
  if (!(fps > 0 && fps <= 120)) throw new RangeError(`fps must be more than 0 to 120, got ${fps}.`);
  if (!(fade >= 0 && fade <= 10)) throw new RangeError(`fade must be 0 to 10 seconds, got ${fade}.`);
  if (!MOTIONS.includes(motion)) {
    throw new RangeError(`motion must be one of ${MOTIONS.join(', ')}, got '${motion as string}'.`);
  }
  if (size && ![size.width, size.height].every((side) => side === even(side) && side >= 16 && side <= 4096)) {
    throw new RangeError(`size must have even sides from 16 to 4096, got ${size.width}x${size.height}.`);
  }
  for (const [i, { time }] of cards.entries()) {
    if (!(time >= 0 && time < duration)) {
      throw new RangeError(
        `cards[${i}].time must be at least 0 and before the end at ${duration} s, got ${time}.`,
      );
    }
    if (i > 0 && time <= cards[i - 1]!.time) {
      throw new RangeError(
        `cards[${i}].time must be after that of the card before, got ${time} after ${cards[i - 1]!.time}.`,
      );
    }
  }
  return { duration, fps, motion, fade };
}

/**
 * What is drawn at `time`: the still whose turn it is and, about a cut, the other one over or under it. The first card
 * is shown from the start on.
 */
export function layersAt(
  times: readonly number[],
  duration: number,
  time: number,
  { fade, motion }: { readonly fade: number; readonly motion: Motion },
): Layer[] {
  const begin = (card: number) => (card === 0 ? 0 : times[card]!);
  const end = (card: number) => times[card + 1] ?? duration;
  const length = (card: number) => end(card) - begin(card);
  // Half a fade: a still is never fading in and out at once.
  const reach = (cut: number) => Math.min(fade, length(cut - 1) / 2, length(cut) / 2) / 2;
  const layers: Layer[] = [];
  for (const card of times.keys()) {
    const fadeIn = card === 0 ? 0 : reach(card);
    const fadeOut = card === times.length - 1 ? 0 : reach(card + 1);
    const [shown, gone] = [begin(card) - fadeIn, end(card) + fadeOut];
    if (time < shown || (time >= gone && card < times.length - 1)) continue;
    const progress = Math.min(1, (time - shown) / (gone - shown));
    const opacity = fadeIn === 0 ? 1 : Math.min(1, (time - shown) / (2 * fadeIn));
    layers.push({ card, opacity: smooth(opacity), ...framingAt(motion, card, progress) });
  }
  return layers;
}

/** Where the camera is over a still, `progress` 0 to 1 of its time: with no speed at either end, each still in another direction. */
export function framingAt(motion: Motion, card: number, progress: number): Framing {
  const t = smooth(progress);
  const sign = card % 2 === 0 ? 1 : -1;
  switch (motion) {
    case 'hold':
      return { zoom: 1, x: 0, y: 0 };
    case 'zoom':
      return { zoom: sign > 0 ? mix(1, ZOOM, t) : mix(ZOOM, 1, t), x: 0, y: 0 };
    case 'pan':
      return { zoom: ZOOM, x: sign * mix(-1, 1, t), y: 0 };
    case 'drift':
      return { zoom: mix(1.02, DRIFT_ZOOM, t), x: sign * mix(-0.6, 0.6, t), y: mix(0.3, -0.3, t) };
  }
}

/** The rectangle of a still of size `still` that fills a picture of size `size`. */
export function cropOf(still: Size, size: Size, { zoom, x, y }: Framing): Size & { x: number; y: number } {
  const scale = Math.max(size.width / still.width, size.height / still.height) * zoom;
  const [width, height] = [size.width / scale, size.height / scale];
  return {
    width,
    height,
    x: ((still.width - width) * (1 + x)) / 2,
    y: ((still.height - height) * (1 + y)) / 2,
  };
}

function draw(
  context: OffscreenCanvasRenderingContext2D,
  still: ImageBitmap,
  layer: Layer,
  size: Size,
): void {
  const { x, y, width, height } = cropOf(still, size, layer);
  context.globalAlpha = layer.opacity;
  context.drawImage(still, x, y, width, height, 0, 0, size.width, size.height);
}

async function readStill(image: Picture, card: number): Promise<ImageBitmap> {
  return createImageBitmap(image).catch((cause: unknown) => {
    throw new TypeError(
      `cards[${card}].image is no image that this browser can read. Give a PNG, JPEG or WebP file.`,
      { cause },
    );
  });
}
