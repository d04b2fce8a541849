// Compiles kernels while the weights are still coming. A pipeline depends on no size, so that programs recorded at the
// model's own size compile what an edit of any size will need.

import { gen1Guidance } from '../sampler/index.ts';
import { VideoDenoiser } from './denoiser.ts';
import { DepthEstimator } from './depth.ts';
import type { Engine } from './engine.ts';
import { decodeProgram, outputProgram } from './frames.ts';
import { structureProgram } from './structure.ts';

/** Records the programs of an edit with the model's defaults; `engine.releasePrograms` frees them, not the pipelines. */
export function warmUp(engine: Engine): void {
  const { size: side, guidance, temporal, structure } = engine.model.files.defaults;
  const { trainFrames: frames } = engine.model.unet.config;
  const size = { width: side, height: side };
  DepthEstimator.of(engine, size);
  structureProgram(engine, frames, size, structure);
  VideoDenoiser.of(engine, { frames, size, structure, evaluations: gen1Guidance(guidance, temporal) });
  decodeProgram(engine, frames, size);
  outputProgram(engine, size, { width: 2 * side, height: 2 * side });
}
