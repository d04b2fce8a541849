// Latents to pictures: the autoencoder's decoder for a window, then one frame at a time to the written size, plainly or
// finished by the source's own frames (finish.ts).

import type { Program } from '../../gpu/index.ts';
import { affine } from '../../kernels/affine.ts';
import { resize } from '../../kernels/resize.ts';
import { i420Bytes, rgbToYuv } from '../../kernels/rgb_to_yuv.ts';
import type { Size } from '../ask/geometry.ts';
import type { Engine } from '../model/engine.ts';
import { type Finishing, type FinishInput, finishProgram, showSource } from './finish.ts';

/**
 * Pictures of `frames` latents: input `latents` f32 `[frames, h/16, w/16, c]` as the sampler leaves them, output `rgb`
 * `[frames, h, w, 3]` in 0..1.
 */
export function decodeProgram(engine: Engine, frames: number, { width, height }: Size): Program {
  return engine.program(`decode ${frames}x${width}x${height}`, (rec) => {
    const { vae } = engine.model;
    const { scalingFactor, shiftFactor, latentChannels } = vae.config;
    const shape = [frames, height / vae.downscale, width / vae.downscale, latentChannels];
    const latents = rec.input('latents', shape, 'f32');
    const unscaled = affine(rec, latents, {
      scale: 1 / scalingFactor,
      shift: shiftFactor,
      dtype: rec.precision,
    });
    const picture = vae.decode(rec, unscaled);
    rec.output('rgb', affine(rec, picture, { scale: 0.5, shift: 0.5, min: 0, max: 1 }));
  });
}

/** One picture `[1, h, w, 3]` in 0..1, input `rgb`, to I420 at the written size (Lanczos), output `yuv` as u32 words. */
export function outputProgram(engine: Engine, working: Size, output: Size): Program {
  const name = `output ${working.width}x${working.height} ${output.width}x${output.height}`;
  return engine.program(name, (rec) => {
    const rgb = rec.input('rgb', [1, working.height, working.width, 3], rec.precision);
    rec.output('yuv', rgbToYuv(rec, resize(rec, rgb, [output.height, output.width], { mode: 'lanczos' })));
  });
}

/** Decoded pictures of a window. */
export interface DecodeJob {
  /** Clean latents of the whole window, `[frames, h/16, w/16, c]`. */
  readonly latents: Float32Array;
  /** Which of its frames are wanted. */
  readonly from: number;
  readonly to: number;
  readonly working: Size;
  readonly output: Size;
  /** How frames are finished, and by what of the source: one a wanted frame. Default a plain resize. */
  readonly finish?: (Finishing & { readonly inputs: readonly FinishInput[] }) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Decodes a window and returns the wanted frames as I420 (BT.709, limited range), tightly packed. */
export async function decodeFrames(
  engine: Engine,
  frames: number,
  job: DecodeJob,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const { working, output, finish, signal } = job;
  const decode = decodeProgram(engine, frames, working);
  decode.write('latents', job.latents);
  await decode.run({ signal });
  const rgb = await decode.read('rgb');
  const write = finish
    ? finishProgram(engine, working, output, finish)
    : outputProgram(engine, working, output);
  const pixels = working.width * working.height * 3;
  const bytes = i420Bytes(output.width, output.height);
  const pictures: Uint8Array<ArrayBuffer>[] = [];
  for (let i = job.from; i < job.to; i++) {
    const input = finish?.inputs[i - job.from];
    if (input) await showSource(engine, input.frame, output);
    if (input?.mask)
      write.write(
        'mask',
        Float32Array.from(input.mask, (value) => value / 255),
      );
    write.write('rgb', rgb.subarray(i * pixels, (i + 1) * pixels));
    await write.run({ signal });
    const words = (await write.read('yuv')) as Uint32Array<ArrayBuffer>;
    pictures.push(new Uint8Array(words.buffer, words.byteOffset, bytes));
  }
  return pictures;
}
