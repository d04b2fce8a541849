// The last step of the networks' image preprocessing: centre crop and normalisation by channel.

import wgsl from './normalise_channels.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type DType,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';

const NORMALISE_CHANNELS: ShaderSource = { name: 'normalise_channels', wgsl };

/** Options of {@link normaliseChannels}. */
export interface NormaliseOptions {
  /** Height and width of the window in the middle that is kept (offsets rounded down, as CLIPImageProcessor); default all. */
  readonly centerCrop?: readonly [height: number, width: number];
  /** Element type of the result; default the recorder's precision. */
  readonly dtype?: DType;
}

/**
 * `(x - mean[c]) / std[c]` of images `[N, H, W, C]` with values 0..1, C = 1..4, `mean` and `std` one number a channel
 * (`image_mean`, `image_std` of a preprocessor_config.json). Returns `[N, h, w, C]`.
 * Throws RangeError when the channels do not match, std is 0 or the window is larger than the image.
 */
export function normaliseChannels(
  rec: Recorder,
  x: Tensor,
  mean: readonly number[],
  std: readonly number[],
  { centerCrop, dtype = rec.precision }: NormaliseOptions = {},
): Tensor {
  const [images = 0, height = 0, width = 0, channels = 0] = x.shape;
  const [cropHeight, cropWidth] = centerCrop ?? [height, width];
  const top = Math.floor((height - cropHeight) / 2);
  const left = Math.floor((width - cropWidth) / 2);
  if (x.shape.length !== 4 || channels > 4 || mean.length !== channels || std.length !== channels) {
    throw new RangeError(
      `normaliseChannels: expected [N, H, W, C] with C = 1..4 means and deviations, got ${shapeText(x.shape)}, ${mean.length} and ${std.length}`,
    );
  }
  if (std.includes(0)) throw new RangeError(`normaliseChannels: std holds 0: ${std.join(', ')}`);
  const shape = [images, cropHeight, cropWidth, channels];
  const count = elementCount(shape);
  if (!Number.isInteger(count) || !(count > 0) || top < 0 || left < 0) {
    throw new RangeError(`normaliseChannels: no window ${shapeText(shape)} in ${shapeText(x.shape)}`);
  }
  const out = rec.tensor(shape, dtype, 'normalise channels');
  const four = (values: readonly number[]) => Array.from({ length: 4 }, (_, i) => ({ f32: values[i] ?? 1 }));
  rec.dispatch({
    source: NORMALISE_CHANNELS,
    prelude: { types: { X: x.dtype, Y: dtype } },
    inputs: [x],
    outputs: [out],
    params: [
      ...[count, channels, width, height, cropWidth, cropHeight, left, top],
      ...four(mean),
      ...four(std),
    ],
    workgroups: flatGrid(ceilDiv(count, 64)),
    flops: 2 * count,
  });
  return out;
}
