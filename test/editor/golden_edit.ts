// A whole edit with the golden noise, stage by stage, for the tests and for `npm run goldens`.

import { DepthEstimator } from '../../src/editor/structure/depth.ts';
import { VideoDenoiser } from '../../src/editor/denoise/denoiser.ts';
import { Engine } from '../../src/editor/model/engine.ts';
import { decodeProgram } from '../../src/editor/draw/frames.ts';
import { readModelFiles } from '../../src/editor/model/model.ts';
import { depthRange, structureLatents } from '../../src/editor/structure/structure.ts';
import type { Gpu } from '../../src/gpu/index.ts';
import type { ModelFolder } from '../../src/net/folder.ts';
import { ddimSteps, gen1Guidance, sample } from '../../src/sampler/index.ts';
import { toNhwc } from '../layout.ts';
import type { TestTensor } from '../tensors.ts';

/** The JSON beside an edit golden. */
export interface GoldenEdit {
  readonly structure_step: number;
  readonly guidance: number;
  readonly temporal: number;
  readonly steps: number;
}

/** What an edit gives, all NHWC. */
export interface EditResult {
  readonly structure: Float32Array;
  /** Latents after every step. */
  readonly trace: readonly Float32Array[];
  /** Frames in 0..1. */
  readonly rgb: Float32Array;
}

/**
 * Runs the edit of `settings` from `in.rgb`, `in.z` and `content` on `gpu`, which it disposes of.
 * `steps` bounds how many of its steps are run (for short lanes).
 */
export async function runGoldenEdit(
  gpu: Gpu,
  folder: ModelFolder,
  settings: GoldenEdit,
  tensors: Readonly<Record<string, TestTensor>>,
  content: ArrayLike<number>,
  onStep: (done: number) => void = () => undefined,
): Promise<EditResult> {
  const engine = await Engine.create(gpu, await readModelFiles(folder));
  try {
    const rgb = toNhwc(tensors['in.rgb']!);
    const [frames = 0, height = 0, width = 0] = rgb.shape;
    const size = { width, height };
    const depth = DepthEstimator.of(engine, size, frames);
    const maps = await depth.estimateRgb(rgb.data);
    const step = settings.structure_step;
    const structure = await structureLatents(engine, maps, depthRange(maps), size, step);
    const evaluations = gen1Guidance(settings.guidance, settings.temporal);
    const denoiser = VideoDenoiser.of(engine, { frames, size, structure: step, evaluations });
    await denoiser.setContent(content);
    await denoiser.start({ noise: toNhwc(tensors['in.z']!).data, structure });
    const trace: Float32Array[] = [];
    await sample(denoiser, denoiser.latents, {
      steps: ddimSteps(engine.model.files.schedule, { steps: settings.steps }),
      evaluations,
      onStep: async (done) => {
        trace.push(await denoiser.read());
        onStep(done);
      },
    });
    const decode = decodeProgram(engine, frames, size);
    decode.write('latents', trace.at(-1)!);
    await decode.run();
    return { structure, trace, rgb: (await decode.read('rgb')) as Float32Array };
  } finally {
    engine.dispose();
  }
}

/** Peak signal-to-noise ratio in dB of pictures in 0..1. */
export function psnr(got: ArrayLike<number>, want: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < want.length; i++) sum += (got[i]! - want[i]!) ** 2;
  return -10 * Math.log10(sum / want.length);
}
