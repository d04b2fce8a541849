// Painted masks as numbers, checked before an edit begins.

import type { Size } from '../ask/geometry.ts';
import type { BrushMask } from '../ask/mask.ts';
import { type Mask, pictureMask, selectsAny } from './shapes.ts';

/** A painted mask at the working size. */
export interface Painted {
  readonly time: number;
  readonly mask: Mask;
}

/** How far the aspect of a painted mask may be from the frame's. */
const ASPECT_TOLERANCE = 0.03;

/**
 * Reads painted masks at `working` size, in order of time. Throws TypeError for what is no picture, RangeError for one
 * whose aspect is not that of the frame, shown at `display`, and where nothing is painted.
 */
export async function readPainted(
  brush: readonly BrushMask[],
  display: Size,
  working: Size,
): Promise<Painted[]> {
  const painted: Painted[] = [];
  for (const { time, mask } of brush) {
    const picture = await readPixels(mask);
    const aspect = (picture.width * display.height) / (picture.height * display.width);
    if (Math.abs(Math.log(aspect)) > ASPECT_TOLERANCE) {
      throw new RangeError(
        `options.mask.region.brush: the mask at ${time} s must have the aspect of the frame ` +
          `(${display.width}x${display.height}), got ${picture.width}x${picture.height}.`,
      );
    }
    painted.push({ time, mask: pictureMask(picture, working) });
  }
  if (!painted.some(({ mask }) => selectsAny(mask))) {
    throw new RangeError(
      'options.mask.region.brush: nothing is selected. Paint white on at least one frame.',
    );
  }
  return painted.sort((a, b) => a.time - b.time);
}

async function readPixels(mask: BrushMask['mask']): Promise<Pick<ImageData, 'width' | 'height' | 'data'>> {
  if (typeof mask === 'object' && mask !== null && 'data' in mask) return mask;
  const bitmap = await createImageBitmap(mask).catch((cause: unknown) => {
    throw new TypeError(
      'options.mask.region.brush: a mask is no image that this browser can read. Give ImageData, an ImageBitmap or a PNG.',
      { cause },
    );
  });
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('This browser gives no 2D canvas to read the mask with.');
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, width, height);
  } finally {
    bitmap.close();
  }
}
