// Pictures that a caller gives as content, as RGB numbers.

import type { Size } from '../ask/geometry.ts';
import type { Picture } from '../ask/options.ts';

/** Larger pictures are scaled down by the browser first: CLIP sees 128 or 224 pixels of them. */
const MAX_SIDE = 1024;

/** A picture as a bitmap of the caller's. Throws TypeError for a file that is no image that this browser can read. */
export function pictureBitmap(picture: Picture): Promise<ImageBitmap> {
  return createImageBitmap(picture).catch((cause: unknown) => {
    throw new TypeError(
      'options.picture is no image that this browser can read. Give a PNG, JPEG or WebP file.',
      { cause },
    );
  });
}

/** `[height, width, 3]` in 0..1 of a picture, transparency on white. Throws as {@link pictureBitmap}. */
export async function readPicture(picture: Picture): Promise<Size & { readonly rgb: Float32Array }> {
  const bitmap = await pictureBitmap(picture);
  try {
    const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
    const width = Math.max(1, Math.round(bitmap.width * scale));
    const height = Math.max(1, Math.round(bitmap.height * scale));
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('This browser gives no 2D canvas to read the picture with.');
    context.fillStyle = 'white';
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const rgb = Float32Array.from(
      { length: 3 * width * height },
      (_, i) => data[4 * Math.floor(i / 3) + (i % 3)]! / 255,
    );
    return { width, height, rgb };
  } finally {
    bitmap.close();
  }
}
