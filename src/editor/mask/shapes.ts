// Regions as masks: 8 bits a pixel at some size, 255 selected. Pure functions.

import type { Size } from '../ask/geometry.ts';
import type { MaskBox } from '../ask/mask.ts';
import type { DepthRange } from '../structure/structure.ts';

/** A mask of one frame. */
export type Mask = Uint8Array<ArrayBuffer>;

/** Width of the ramp at either end of a depth range: depth is an estimate, and a hard cut would flicker. */
const DEPTH_RAMP = 0.02;

/** The share of every pixel that the box covers at `seconds`; keyframes are joined by straight lines. */
export function boxMask(
  box: MaskBox | readonly (MaskBox & { readonly time: number })[],
  seconds: number,
  { width, height }: Size,
): Mask {
  const { x, y, width: w, height: h } = 'length' in box ? boxAt(box, seconds) : box;
  const across = coverage(x * width, (x + w) * width, width);
  const down = coverage(y * height, (y + h) * height, height);
  return Uint8Array.from(
    { length: width * height },
    (_, i) => 255 * across[i % width]! * down[Math.floor(i / width)]! + 0.5,
  );
}

function boxAt(keyframes: readonly (MaskBox & { readonly time: number })[], seconds: number): MaskBox {
  const after = keyframes.findIndex(({ time }) => time >= seconds);
  if (after <= 0) return after === 0 ? keyframes[0]! : keyframes.at(-1)!;
  const [from, to] = [keyframes[after - 1]!, keyframes[after]!];
  const share = (seconds - from.time) / (to.time - from.time);
  const between = (side: 'x' | 'y' | 'width' | 'height') => from[side] + share * (to[side] - from[side]);
  return { x: between('x'), y: between('y'), width: between('width'), height: between('height') };
}

/** How much of each of `count` unit cells lies in [from, to]. */
function coverage(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.max(0, Math.min(i + 1, to) - Math.max(i, from)));
}

/** Which pixels of a depth map (larger is nearer) lie between `far` and `near`, 0 to 1 over the clip's range. */
export function depthMask(
  map: Float32Array,
  { min, max }: DepthRange,
  [near, far]: readonly [near: number, far: number],
): Mask {
  const ramp = (value: number) => Math.min(Math.max(value / DEPTH_RAMP + 0.5, 0), 1);
  return Uint8Array.from(map, (value) => {
    const depth = (value - min) / (max - min + 1e-6);
    // At the ends of the range there is nothing to cut off.
    const above = far <= 0 ? 1 : ramp(depth - far);
    const below = near >= 1 ? 1 : ramp(near - depth);
    return 255 * Math.min(above, below) + 0.5;
  });
}

/** An RGBA picture as a mask at `size`, averaged over each pixel's area: by opacity if it has any transparency, else by luma. */
export function pictureMask(
  { width, height, data }: Pick<ImageData, 'width' | 'height' | 'data'>,
  size: Size,
): Mask {
  let opaque = true;
  for (let i = 3; i < data.length && opaque; i += 4) opaque = data[i] === 255;
  const value = (pixel: number) =>
    opaque
      ? 0.2126 * data[4 * pixel]! + 0.7152 * data[4 * pixel + 1]! + 0.0722 * data[4 * pixel + 2]!
      : data[4 * pixel + 3]!;
  return Uint8Array.from({ length: size.width * size.height }, (_, i) => {
    const column = i % size.width;
    const row = Math.floor(i / size.width);
    const left = Math.floor((column * width) / size.width);
    const top = Math.floor((row * height) / size.height);
    const right = Math.max(left + 1, Math.floor(((column + 1) * width) / size.width));
    const bottom = Math.max(top + 1, Math.floor(((row + 1) * height) / size.height));
    let sum = 0;
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += value(y * width + x);
    return sum / ((right - left) * (bottom - top)) + 0.5;
  });
}

/** What is not selected. */
export function inverted(mask: Mask): Mask {
  return mask.map((value) => 255 - value);
}

/** Whether any pixel is selected to more than half. */
export function selectsAny(mask: Mask): boolean {
  return mask.some((value) => value > 127);
}

/** The mask at latent resolution, 0..1: means over squares of `downscale` pixels a side. */
export function latentMask(mask: Mask, { width, height }: Size, downscale: number): Float32Array {
  const columns = width / downscale;
  const out = new Float32Array(columns * (height / downscale));
  for (const [i, value] of mask.entries()) {
    const at = Math.floor(Math.floor(i / width) / downscale) * columns + Math.floor((i % width) / downscale);
    out[at]! += value / (255 * downscale ** 2);
  }
  return out;
}
