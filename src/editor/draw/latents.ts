// Pictures to latents: the autoencoder's encoder for one frame at a time, and latents of frames joined to a window's.

import type { Program } from '../../gpu/index.ts';
import { affine } from '../../kernels/affine.ts';
import type { Size } from '../ask/geometry.ts';
import type { Engine } from '../model/engine.ts';
import { ingest } from '../source/ingest.ts';
import type { SourceFrame } from '../source/source.ts';

/** One frame to latents: reads the frame from memory of its own, output `latents` `[1, h/16, w/16, c]`. */
export function encodeProgram(engine: Engine, { width, height }: Size): Program {
  const { vae } = engine.model;
  return engine.program(`encode ${width}x${height}`, (rec) => {
    const { scalingFactor, shiftFactor } = vae.config;
    const picture = affine(rec, rec.input('rgb', [1, height, width, 3], rec.precision), {
      scale: 2,
      shift: -1,
    });
    const shift = -shiftFactor * scalingFactor;
    rec.output(
      'latents',
      affine(rec, vae.encode(rec, picture), { scale: scalingFactor, shift, dtype: 'f32' }),
    );
  });
}

/** The latents of a frame of the source at the `working` size, as {@link encodeProgram} makes them. */
export async function sourceLatents(
  engine: Engine,
  { pixels }: SourceFrame,
  working: Size,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const rgb = await (await ingest(engine, pixels, working)).read('rgb');
  const program = encodeProgram(engine, working);
  program.write('rgb', rgb);
  await program.run({ signal });
  return (await program.read('latents')) as Float32Array;
}

/** Arrays one after another. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
