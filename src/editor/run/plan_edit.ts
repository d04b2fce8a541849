// Records what an edit will run and says what it will cost: every pipeline is compiled before the first frame is read.

import type { Program } from '../../gpu/index.ts';
import { frameWindows, gen1Guidance } from '../../sampler/index.ts';
import { outputSize, type Size, workingSize } from '../ask/geometry.ts';
import type { ResolvedOptions } from '../ask/options.ts';
import type { EditPlan } from '../ask/plan.ts';
import { compileContent } from '../content/content.ts';
import { VideoDenoiser } from '../denoise/denoiser.ts';
import { finishing, finishProgram } from '../draw/finish.ts';
import { decodeProgram, outputProgram } from '../draw/frames.ts';
import { encodeProgram } from '../draw/latents.ts';
import type { Engine } from '../model/engine.ts';
import { DEPTH_BATCH, DepthEstimator } from '../structure/depth.ts';
import { structureProgram } from '../structure/structure.ts';

/** The sizes of an edit. */
export interface EditShape {
  readonly working: Size;
  readonly output: Size;
  /** Frames that the video model sees at a time. */
  readonly windowFrames: number;
}

/** What the programs depend on beside the sizes. */
export type EditSettings = Pick<ResolvedOptions, 'guidance' | 'temporal' | 'structure'> &
  Partial<Pick<ResolvedOptions, 'depth' | 'mask' | 'upscale' | 'keepPredictions'>>;

/** Floating point operations: depth of a frame, its encoding where a mask needs that; structure, one denoising step and decoding of a window. */
export interface StageCosts {
  readonly depth: number;
  readonly encode: number;
  readonly structure: number;
  readonly denoise: number;
  readonly decode: number;
}

/** The sizes that `options` ask for on a clip shown at `display`, with a model whose windows have `windowFrames`. */
export function editShape(display: Size, options: ResolvedOptions, windowFrames: number): EditShape {
  const { size, output } = options;
  return {
    working: typeof size === 'number' ? workingSize(display, size * size) : size,
    output: output ?? outputSize(display),
    windowFrames,
  };
}

/** Share of an edit's time that is no network: decoding, small kernels, waiting. */
const OVERHEAD = 1.25;

/** The programs that an edit of any length runs, recorded once per engine. */
export function recordEdit(
  engine: Engine,
  options: EditSettings,
  shape: EditShape,
): {
  /** None where the edit is given its depth. */
  readonly depth: DepthEstimator | undefined;
  readonly structure: Program;
  readonly denoiser: VideoDenoiser;
  readonly decode: Program;
} {
  const { working, output, windowFrames: frames } = shape;
  const evaluations = gen1Guidance(options.guidance, options.temporal);
  const { structure: step } = options;
  const depth = options.depth ? undefined : DepthEstimator.of(engine, working);
  const structure = structureProgram(engine, frames, working, step);
  const keep = options.keepPredictions ?? false;
  const settings = { frames, size: working, structure: step, evaluations, keep };
  const denoiser = VideoDenoiser.of(engine, settings).record();
  const decode = decodeProgram(engine, frames, working);
  const finish = finishing(options, shape);
  if (finish) finishProgram(engine, working, output, finish);
  else outputProgram(engine, working, output);
  compileContent(engine);
  return { depth, structure, denoiser, decode };
}

/** Records the programs of an edit of `frames` frames and plans it. Throws as `Recorder.finish` does. */
export async function planEdit(
  engine: Engine,
  frames: number,
  options: ResolvedOptions,
  shape: EditShape,
): Promise<{ readonly plan: EditPlan; readonly costs: StageCosts }> {
  const { working, output, windowFrames } = shape;
  // Measured first, while nothing else runs; then everything is recorded, and compiles while the first frames are read.
  const rate = await engine.measureRate();
  const { depth, structure, denoiser, decode } = recordEdit(engine, options, shape);
  const costs: StageCosts = {
    depth: depth ? depth.flops / DEPTH_BATCH : 0,
    encode: options.mask ? encodeProgram(engine, working).flops : 0,
    structure: structure.flops,
    denoise: denoiser.flopsPerStep,
    decode: decode.flops,
  };
  const windows = frameWindows(frames, { length: windowFrames }).length;
  const perWindow = costs.structure + options.steps * costs.denoise + costs.decode;
  const flops = frames * (costs.depth + costs.encode) + windows * perWindow;
  const plan: EditPlan = {
    adapter: engine.gpu.describe(),
    software: engine.gpu.software,
    frames,
    windows,
    windowFrames,
    working,
    output,
    steps: options.steps,
    evaluations: denoiser.settings.evaluations.length,
    structure: options.structure,
    guidance: options.guidance,
    temporal: options.temporal,
    seed: options.seed,
    flops,
    seconds: (OVERHEAD * flops) / rate,
    dispatches: denoiser.dispatchesPerStep,
    ...engine.memory(),
    allocatedBytes: engine.gpu.allocatedBytes,
  };
  return { plan, costs };
}
