// Resize of images and feature maps: interpolation as torch does it, resampling as Pillow does it.

import wgsl from './resize.wgsl?raw';
import { ceilDiv, elementCount, flatGrid, shapeText, type Recorder, type Tensor } from '../gpu/index.ts';
import { resample, type ResampleFilter } from './resample.ts';
import { byWidth, widthOf } from './width.ts';

/**
 * torch's F.interpolate without antialiasing (`bicubic` has a = -0.75), or Pillow's Image.resize, whose filters widen
 * when shrinking (`lanczos` has 3 lobes, `pillow-bicubic` a = -0.5).
 */
export type ResizeMode = 'nearest' | 'bilinear' | 'bicubic' | ResampleFilter;

/** Options of {@link resize}. */
export interface ResizeOptions {
  readonly mode: ResizeMode;
  /** torch's align_corners: corner pixels map to corner pixels. Bilinear and bicubic only; default false. */
  readonly alignCorners?: boolean;
  /** Antialiased modes only: each pass is clamped to 0..1 and rounded to 1/255, as Pillow does on 8-bit images. */
  readonly round8?: boolean;
}

const RESIZE = byWidth('resize', wgsl);

const MODES: readonly ResizeMode[] = ['nearest', 'bilinear', 'bicubic'];

/** Largest input side times output side whose source coordinates are exact in 32 bits. */
const MAX_PRODUCT = 2 ** 29;

/**
 * `[N, H, W, C]` to `[N, h, w, C]`, in x's element type; x itself when the size is the same, which no mode changes.
 * Sizes: `[height, width]`, whole numbers from 1.
 * Source coordinates are exact rationals (torch rounds its ratio to f32: nearest may differ from it at odd ratios).
 * Throws RangeError for other shapes and for options that the mode does not have.
 */
export function resize(
  rec: Recorder,
  x: Tensor,
  size: readonly [height: number, width: number],
  options: ResizeOptions,
): Tensor {
  const { mode, alignCorners = false, round8 = false } = options;
  const [images = 0, height = 0, width = 0, channels = 0] = x.shape;
  if (x.shape.length !== 4 || elementCount(x.shape) === 0) {
    throw new RangeError(`resize: expected a tensor [N, H, W, C], got ${shapeText(x.shape)}`);
  }
  const [outHeight, outWidth] = size;
  const valid = (from: number, to: number) => Number.isInteger(to) && to >= 1 && from * to <= MAX_PRODUCT;
  if (!valid(height, outHeight) || !valid(width, outWidth)) {
    throw new RangeError(`resize: can't resize ${shapeText(x.shape)} to height and width ${shapeText(size)}`);
  }
  const kind = MODES.indexOf(mode);
  if ((alignCorners && kind < 1) || (round8 && kind >= 0)) {
    throw new RangeError(`resize: mode '${mode}' has no ${alignCorners ? 'alignCorners' : 'round8'}`);
  }
  if (height === outHeight && width === outWidth) return x;
  if (mode !== 'nearest' && mode !== 'bilinear' && mode !== 'bicubic') {
    return resample(rec, x, size, { filter: mode, round8 });
  }

  const lanes = widthOf(channels);
  const out = rec.tensor([images, outHeight, outWidth, channels], x.dtype, `resize ${mode}`);
  const vectors = elementCount(out.shape) / lanes;
  const across = coordinates(width, outWidth, mode, alignCorners);
  const down = coordinates(height, outHeight, mode, alignCorners);
  rec.dispatch({
    source: RESIZE[lanes],
    prelude: { types: { X: x.dtype, W: x.dtype }, constants: { MODE: kind } },
    inputs: [x],
    outputs: [out],
    params: [
      ...[vectors, channels / lanes, width, height, outWidth, outHeight],
      ...across.flatMap((value, i) => [value, down[i]!]),
    ],
    workgroups: flatGrid(ceilDiv(vectors, 64)),
    flops: elementCount(out.shape) * [0, 6, 40][kind]!,
    label: `resize ${mode}`,
  });
  return out;
}

/** Output position i reads source position (multiply * i + add) / divide; `add` in two's complement. */
function coordinates(from: number, to: number, mode: ResizeMode, alignCorners: boolean): number[] {
  if (mode === 'nearest') return [from, 0, to];
  return alignCorners ? [from - 1, 0, Math.max(to - 1, 1)] : [2 * from, (from - to) >>> 0, 2 * to];
}
