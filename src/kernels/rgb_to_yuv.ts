// RGB frames to I420 for the video encoder.

import wgsl from './rgb_to_yuv.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';
import { halved, levels, LUMA_WEIGHTS, type YuvEncoding } from './yuv.ts';

const RGB_TO_YUV: ShaderSource = { name: 'rgb_to_yuv', wgsl };

/** Bytes of an I420 image without padding; odd sides have rounded-up chroma planes. */
export function i420Bytes(width: number, height: number): number {
  return width * height + 2 * halved(width) * halved(height);
}

/**
 * R'G'B' images `[N, h, w, 3]` (clamped to 0..1) to I420 of 8 bits, BT.709 limited unless told otherwise: u32 words,
 * in memory the bytes of every image's Y, U and V plane without padding, image after image; zeros fill the last word.
 * Chroma has left siting. Throws RangeError for another shape.
 */
export function rgbToYuv(
  rec: Recorder,
  rgb: Tensor,
  { matrix, fullRange }: YuvEncoding = { matrix: 'bt709', fullRange: false },
): Tensor {
  const [images = 0, height = 0, width = 0, channels = 0] = rgb.shape;
  if (rgb.shape.length !== 4 || channels !== 3 || elementCount(rgb.shape) === 0) {
    throw new RangeError(`rgbToYuv: expected images [N, h, w, 3], got ${shapeText(rgb.shape)}`);
  }
  const total = images * i420Bytes(width, height);
  const words = ceilDiv(total, 4);
  const out = rec.tensor([words], 'u32', 'yuv');
  const [kr, kb] = LUMA_WEIGHTS[matrix];
  const level = levels(fullRange);
  rec.dispatch({
    source: RGB_TO_YUV,
    prelude: { types: { X: rgb.dtype } },
    inputs: [rgb],
    outputs: [out],
    params: [
      ...[words, total, width, height, halved(width), halved(height)],
      ...[kr, kb, level.black, level.luma, level.chroma].map((f32) => ({ f32 })),
    ],
    workgroups: flatGrid(ceilDiv(words, 64)),
    flops: 20 * total,
  });
  return out;
}
