// The structure of a clip (Gen-1, section 3.3): depth of its frames, brought to 0..1 over the whole clip, made coarser
// by t_s steps, and encoded by the frames' own autoencoder.

import type { Program } from '../../gpu/index.ts';
import { affine } from '../../kernels/affine.ts';
import { concat } from '../../kernels/copy.ts';
import { normaliseRange } from '../../kernels/min_max.ts';
import { structureLadder } from '../../kernels/structure_ladder.ts';
import type { Size } from '../ask/geometry.ts';
import type { Engine } from '../model/engine.ts';

/** Smallest and largest depth of a clip. */
export interface DepthRange {
  readonly min: number;
  readonly max: number;
}

/** The range of all values of all maps; NaN values are ignored. */
export function depthRange(maps: Iterable<Float32Array>): DepthRange {
  let min = Infinity;
  let max = -Infinity;
  for (const map of maps) {
    for (const value of map) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return { min, max };
}

/**
 * Structure latents of `frames` frames: inputs `depth` `[frames, h, w, 1]` raw and `range` [2], output `structure`
 * `[frames, h/16, w/16, structureChannels]`, scaled as the UNet wants them.
 */
export function structureProgram(
  engine: Engine,
  frames: number,
  { width, height }: Size,
  step: number,
): Program {
  return engine.program(`structure ${frames}x${width}x${height} t_s ${step}`, (rec) => {
    const { vae, unet } = engine.model;
    const depth = rec.input('depth', [frames, height, width, 1], 'f32');
    const range = rec.input('range', [2], 'f32');
    const coarse = structureLadder(rec, normaliseRange(rec, depth, range), step);
    const picture = affine(rec, coarse, { scale: 2, shift: -1, dtype: rec.precision });
    const latents = vae.encode(rec, concat(rec, [picture, picture, picture], 3));
    rec.output(
      'structure',
      affine(rec, latents, { scale: unet.config.structureScalingFactor, dtype: 'f32' }),
    );
  });
}

/** Runs {@link structureProgram} on `maps`, one per frame, `[h, w]` each. */
export async function structureLatents(
  engine: Engine,
  maps: readonly Float32Array[],
  range: DepthRange,
  size: Size,
  step: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const program = structureProgram(engine, maps.length, size, step);
  const pixels = size.width * size.height;
  const depth = new Float32Array(maps.length * pixels);
  for (const [i, map] of maps.entries()) depth.set(map, i * pixels);
  program.write('depth', depth);
  program.write('range', [range.min, range.max]);
  await program.run({ signal });
  return (await program.read('structure')) as Float32Array;
}
