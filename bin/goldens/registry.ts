// Which classes the engine knows, by the names that configs give them.

import type { Runner } from './cases.ts';
import { clipText, clipVision } from './clip.ts';
import { dpt, structure } from './depth.ts';
import { edit } from './edit.ts';
import { prior } from './prior.ts';
import { ddim, ddimInverse } from './schedulers.ts';
import { tokenizer } from './tokenizer.ts';
import { unet } from './unet.ts';
import { vae } from './vae.ts';

/** Runners by diffusers' class, transformers' architecture or model type, and what the bundle calls its other cases. */
export const RUNNERS: ReadonlyMap<string, Runner> = new Map([
  ['AutoencoderKL', vae],
  ['Gen1UNet3DConditionModel', unet],
  ['CLIPTextModel', clipText],
  ['CLIPTextModelWithProjection', clipText],
  ['clip_text_model', clipText],
  ['CLIPVisionModelWithProjection', clipVision],
  ['clip_vision_model', clipVision],
  ['PriorTransformer', prior],
  ['DPTForDepthEstimation', dpt],
  ['DDIMScheduler', ddim],
  ['DDIMInverseScheduler', ddimInverse],
  ['structure', structure],
  ['edit', edit],
  ['tokenizer', tokenizer],
]);
