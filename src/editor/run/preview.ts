// A look at latents while they are denoised: a linear map per latent pixel, fitted when the model was made, which needs
// no decoder, and where it is asked for one frame through the decoder.

import { cleanAfterStep, type DdimStep } from '../../sampler/index.ts';
import type { LatentPreview } from '../ask/progress.ts';
import { decodeProgram } from '../draw/frames.ts';
import type { Engine } from '../model/engine.ts';
import type { ModelFiles } from '../model/model.ts';
import type { EditShape } from './plan_edit.ts';

/** What is looked at. */
export interface PreviewJob {
  /** As `step` left them, `[windowFrames, h/16, w/16, c]`, and the prediction that it used. */
  readonly latents: Float32Array;
  readonly prediction: Float32Array;
  readonly step: DdimStep;
  readonly shape: EditShape;
  /** The frame to decode: its place in the window and its index among the edited frames. */
  readonly shown: { readonly position: number; readonly index: number } | false;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The clean frames that a step believed in. The linear picture is computed when it is called for, the decoded frame at
 * once. Undefined where the model has no linear map.
 */
export async function previewOf(
  engine: Engine,
  { latents, prediction, step, shape, shown, signal }: PreviewJob,
): Promise<(() => LatentPreview) | undefined> {
  const { files, vae } = engine.model;
  const { latentRgb, schedule } = files;
  if (!latentRgb) return undefined;
  const weights = cleanAfterStep(schedule, step);
  const { working, windowFrames } = shape;
  const width = working.width / vae.downscale;
  const height = working.height / vae.downscale;
  const clean = (from: number, to: number) =>
    latents
      .slice(from, to)
      .map((value, i) => weights.sample * value + weights.prediction * prediction[from + i]!);
  const size = latents.length / windowFrames;
  const decoded = shown && {
    index: shown.index,
    ...working,
    rgba: await decodeOne(engine, shape, clean(shown.position * size, (shown.position + 1) * size), signal),
  };
  return () => ({
    ...latentPreview(latentRgb, vae.config.scalingFactor, clean(0, latents.length), [
      windowFrames,
      height,
      width,
    ]),
    ...(decoded && { decoded }),
  });
}

/** RGBA of the latents of one frame. */
async function decodeOne(
  engine: Engine,
  { working }: EditShape,
  latents: Float32Array,
  signal: AbortSignal | undefined,
): Promise<Uint8ClampedArray<ArrayBuffer>> {
  const program = decodeProgram(engine, 1, working);
  program.write('latents', latents);
  await program.run({ signal });
  const rgb = await program.read('rgb');
  const rgba = new Uint8ClampedArray(4 * working.width * working.height).fill(255);
  for (let i = 0; i < rgb.length; i++) rgba[4 * Math.floor(i / 3) + (i % 3)] = 255 * rgb[i]!;
  return rgba;
}

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
