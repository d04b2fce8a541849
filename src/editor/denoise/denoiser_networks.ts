// The UNet as recorded for a denoiser: the evaluations of one step and their guided sum (Gen-1, eq. 8).

import type { Program, Recorder, Tensor } from '../../gpu/index.ts';
import { combine } from '../../kernels/combine.ts';
import { slice } from '../../kernels/copy.ts';
import { structureStepChannels } from '../../net/unet.ts';
import type { Evaluation, Weighted } from '../../sampler/index.ts';
import type { Size } from '../ask/geometry.ts';
import type { BufferTensor, Engine } from '../model/engine.ts';

/** What stays the same over all windows of an edit. */
export interface DenoiserSettings {
  readonly frames: number;
  readonly size: Size;
  /** t_s. */
  readonly structure: number;
  readonly evaluations: readonly Weighted<Evaluation>[];
  /** Also gives each evaluation's own prediction after a step. */
  readonly keep?: boolean;
}

/** The programs that evaluate the network. */
export interface Networks {
  readonly contents: Program;
  readonly predict: Program;
  /** What all steps read of the content. */
  readonly keyValues: ReadonlyMap<string, BufferTensor>;
}

/** Records the networks of `settings`; they read `latents` where those lie. */
export function recordNetworks(
  engine: Engine,
  { structure: step, evaluations, keep }: DenoiserSettings,
  key: string,
  latents: { readonly z: BufferTensor; readonly structure: BufferTensor },
): Networks {
  const { unet } = engine.model;
  const { config } = unet;
  const [frames = 0, height = 0, width = 0] = latents.z.shape;
  const structureStep = engine.tensor(
    [frames, height, width, config.structureStepChannels],
    'f32',
    'structure step',
  );
  engine.gpu.writeTensor(structureStep, structureStepChannels(config, step, frames * height * width));

  const contentCount = 2;
  const shapes = new Map<string, readonly number[]>();
  const contents = engine.program(`content of ${key}`, (rec) => {
    const content = rec.input('content', [contentCount, config.contentDim], rec.precision);
    for (const [name, tensor] of unet.recordContent(rec, content)) {
      shapes.set(name, tensor.shape);
      rec.output(name, tensor);
    }
  });
  const keyValues = new Map(
    [...shapes].map(([name, shape]) => [name, engine.tensor(shape, engine.gpu.precision, `content ${name}`)]),
  );
  const inputs = { ...latents, structureStep, keyValues };
  const predict = engine.program(`denoise ${key}`, (rec) => {
    const timestep = rec.input('timestep', [1], 'f32');
    const weights = rec.input('weights', [evaluations.length], 'f32');
    const terms = predictions(rec, engine, evaluations, { ...inputs, timestep });
    rec.output('prediction', combine(rec, terms, weights, { dtype: 'f32' }));
    if (keep) for (const [i, { evaluation }] of evaluations.entries()) rec.output(evaluation, terms[i]!);
  });
  return { contents, predict, keyValues };
}

/** Inputs of the UNet that all evaluations share. */
interface SharedInputs {
  readonly z: Tensor;
  readonly structure: Tensor;
  readonly structureStep: Tensor;
  readonly timestep: Tensor;
  /** Of two contents: none, then the edit's own. */
  readonly keyValues: ReadonlyMap<string, Tensor>;
}

/** Records the evaluations that have a weight, in their order, `[frames, h, w, c]` each; both video ones as one batch. */
function predictions(
  rec: Recorder,
  { model: { unet } }: Engine,
  evaluations: readonly Weighted<Evaluation>[],
  inputs: SharedInputs,
): Tensor[] {
  const wanted = new Set(evaluations.map(({ evaluation }) => evaluation));
  const [frames = 0] = inputs.z.shape;
  const evaluate = (contents: readonly number[], video: boolean): Tensor[] => {
    const keyValues = contents.length === 2 ? inputs.keyValues : rowsOf(rec, inputs.keyValues, contents[0]!);
    const out = unet.record(rec, { ...inputs, keyValues, contents: contents.length, video });
    return contents.length === 1 ? [out] : contents.map((_, i) => slice(rec, out, 0, i * frames, frames));
  };
  const image = wanted.has('image-unconditional') ? rec.scope('image', () => evaluate([0], false)) : [];
  const contents = [
    ...(wanted.has('video-unconditional') ? [0] : []),
    ...(wanted.has('video-conditional') ? [1] : []),
  ];
  const video = contents.length > 0 ? rec.scope('video', () => evaluate(contents, true)) : [];
  return [...image, ...video];
}

/** Keys and values of one of the two contents. */
function rowsOf(rec: Recorder, keyValues: ReadonlyMap<string, Tensor>, content: number): Map<string, Tensor> {
  return new Map(
    [...keyValues].map(([name, tensor]) => {
      const tokens = tensor.shape[0]! / 2;
      return [name, slice(rec, tensor, 0, content * tokens, tokens)];
    }),
  );
}
