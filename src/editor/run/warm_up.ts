// Compiles kernels while the weights are still coming. A pipeline depends on no size, so that programs recorded at the
// model's own size compile what an edit of any size will need.

import type { Upscale } from '../ask/options.ts';
import type { Engine } from '../model/engine.ts';
import { recordEdit } from './plan_edit.ts';

/**
 * Records the programs of an edit with the model's defaults, scaled up by `upscale`; `engine.releasePrograms` frees them,
 * not the pipelines.
 */
export function warmUp(engine: Engine, upscale?: Upscale): void {
  const { defaults } = engine.model.files;
  const side = defaults.size;
  const settings = { ...defaults, ...(upscale && { upscale }) };
  recordEdit(engine, settings, {
    working: { width: side, height: side },
    output: { width: 2 * side, height: 2 * side },
    windowFrames: engine.model.unet.config.trainFrames,
  });
}
