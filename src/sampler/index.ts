// Map of src/sampler: from a scheduler_config.json to the numbers that kernels apply. Nothing here computes on latents.
//
//   config.ts        keys of a config, checked
//   schedule.ts      noise levels and timesteps
//   coefficients.ts  one step as weights, the form that all samplers share
//   ddim.ts          the video model's steps
//   unclip.ts        the prior's steps
//   guidance.ts      which evaluations a step needs, and their weights
//   noise.ts         counter-based Gaussian noise (twin of src/kernels/noise.wgsl)
//   windows.ts       a long clip as overlapping windows
//   sample.ts        the loop
//   replay.ts        the loop again with kept predictions, weighted anew
export { addNoise, thresholded, type CleanTerm, type StepCoefficients } from './coefficients.ts';
export {
  cleanAfterStep,
  ddimCoefficients,
  ddimSteps,
  type DdimOptions,
  type DdimSchedule,
  type DdimStep,
} from './ddim.ts';
export { classifierFreeGuidance, gen1Guidance, type Evaluation, type Weighted } from './guidance.ts';
export { gaussianNoise, philox4x32, seedWords, type NoiseKey, type Words4 } from './noise.ts';
export { missingEvaluations, replay, type Mixer, type StepPredictions } from './replay.ts';
export { sample, type Denoiser, type SampleOptions } from './sample.ts';
export {
  readSchedule,
  timesteps,
  type PredictionType,
  type Schedule,
  type Thresholding,
} from './schedule.ts';
export {
  readUnclipSchedule,
  unclipStep,
  unclipSteps,
  type UnclipSchedule,
  type UnclipStep,
} from './unclip.ts';
export { frameWindows, type FrameWindow, type WindowOptions } from './windows.ts';
