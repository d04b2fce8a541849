// A look at latents without the decoder: a linear map per latent pixel, fitted when the model was made.

import type { ModelFiles } from './model.ts';
import type { LatentPreview } from './progress.ts';

/** RGBA of every frame of `latents` `[frames, height, width, channels]` by `latent_rgb_factors` (unscaled latents to -1..1). */
export function latentPreview(
  { factors, bias }: NonNullable<ModelFiles['latentRgb']>,
  scalingFactor: number,
  latents: Float32Array,
  [frames, height, width]: readonly [number, number, number],
): LatentPreview {
  const channels = factors.length;
  const rgba = new Uint8ClampedArray(4 * frames * height * width);
  for (let pixel = 0; pixel < frames * height * width; pixel++) {
    for (let c = 0; c < 3; c++) {
      let value = bias[c]!;
      for (let k = 0; k < channels; k++)
        value += (latents[pixel * channels + k]! / scalingFactor) * factors[k]![c]!;
      rgba[4 * pixel + c] = 255 * (0.5 * value + 0.5);
    }
    rgba[4 * pixel + 3] = 255;
  }
  return { width, height, frames, rgba };
}
