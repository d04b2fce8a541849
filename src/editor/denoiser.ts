// The video model as a sampler sees it: Gen-1's guided prediction (eq. 8) for one window of frames, on the GPU.

import { elementCount, type Program, readTensor, type Recorder, type Tensor } from '../gpu/index.ts';
import { combine, combineInto } from '../kernels/combine.ts';
import { slice } from '../kernels/copy.ts';
import { noise as gaussianNoise } from '../kernels/noise.ts';
import { structureStepChannels } from '../net/unet.ts';
import {
  type Denoiser,
  type Evaluation,
  seedWords,
  type StepCoefficients,
  type Weighted,
} from '../sampler/index.ts';
import type { BufferTensor, Engine } from './engine.ts';
import type { Size } from './geometry.ts';

/** What stays the same over all windows of an edit. */
export interface DenoiserSettings {
  readonly frames: number;
  readonly size: Size;
  /** t_s. */
  readonly structure: number;
  readonly evaluations: readonly Weighted<Evaluation>[];
}

/** What a window starts from. */
export interface WindowStart {
  /** Standard normal noise of all frames, or whose: that of `seed` from frame `firstFrame` of the clip on. */
  readonly noise: Float32Array | { readonly seed: number; readonly firstFrame: number };
  /** Latents `[frames, h, w, c]` that an interrupted run had reached; default the noise. */
  readonly latents?: Float32Array | undefined;
  /** From `structureLatents`. */
  readonly structure: Float32Array;
  /** Clean latents of the window's first frames, `[held, h, w, c]`, which an earlier window has finished; may be empty. */
  readonly held?: Float32Array | undefined;
  /** Ends a step that is running. */
  readonly signal?: AbortSignal | undefined;
}

/** Denoises windows of one shape. Latents are f32 `[frames, h/16, w/16, channels]` and stay on the GPU over all steps. */
export class VideoDenoiser implements Denoiser<BufferTensor> {
  readonly #contents: Program;
  readonly #predict: Program;
  readonly #update: Program;
  #hold: Program | undefined;
  #signal: AbortSignal | undefined;

  private constructor(
    readonly engine: Engine,
    readonly settings: DenoiserSettings,
    /** The latents that are denoised. */
    readonly latents: BufferTensor,
    private readonly noise: BufferTensor,
    private readonly held: BufferTensor,
    private readonly prediction: BufferTensor,
    private readonly structure: BufferTensor,
    private readonly keyValues: ReadonlyMap<string, BufferTensor>,
    programs: readonly [contents: Program, predict: Program, update: Program],
  ) {
    [this.#contents, this.#predict, this.#update] = programs;
  }

  /** The denoiser of these settings; its programs are recorded once per engine. */
  static of(engine: Engine, settings: DenoiserSettings): VideoDenoiser {
    const { frames, size, structure, evaluations } = settings;
    const evaluated = evaluations.map(({ evaluation }) => evaluation).join();
    const name = `${frames}x${size.width}x${size.height} t_s ${structure} ${evaluated}`;
    return engine.once(`denoiser ${name}`, () => VideoDenoiser.#record(engine, settings, name));
  }

  static #record(engine: Engine, settings: DenoiserSettings, key: string): VideoDenoiser {
    const { frames, size, structure: step, evaluations } = settings;
    const { vae, unet } = engine.model;
    const { config } = unet;
    const height = size.height / vae.downscale;
    const width = size.width / vae.downscale;
    const map = (channels: number) => [frames, height, width, channels];
    const latents = engine.tensor(map(config.latentChannels), 'f32', 'latents');
    const start = engine.tensor(map(config.latentChannels), 'f32', 'noise');
    const held = engine.tensor(map(config.latentChannels), 'f32', 'held latents');
    const prediction = engine.tensor(map(config.outChannels), 'f32', 'guided prediction');
    const structure = engine.tensor(map(config.structureChannels), 'f32', 'structure latents');
    const structureStep = engine.tensor(map(config.structureStepChannels), 'f32', 'structure step');
    const channels = structureStepChannels(config, step, frames * height * width);
    engine.gpu.writeTensor(structureStep, channels);

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
      [...shapes].map(([name, shape]) => [
        name,
        engine.tensor(shape, engine.gpu.precision, `content ${name}`),
      ]),
    );
    const inputs = { z: latents, structure, structureStep, keyValues };
    const predict = engine.program(`denoise ${key}`, (rec) => {
      const timestep = rec.input('timestep', [1], 'f32');
      const weights = rec.input('weights', [evaluations.length], 'f32');
      const terms = predictions(rec, engine, evaluations, { ...inputs, timestep });
      rec.output('prediction', combine(rec, terms, weights, { dtype: 'f32' }));
    });
    const update = engine.program(`update ${key}`, (rec) => {
      combineInto(rec, latents, [prediction], rec.input('step', [2], 'f32'));
    });
    return new VideoDenoiser(engine, settings, latents, start, held, prediction, structure, keyValues, [
      contents,
      predict,
      update,
    ]);
  }

  /** Floating point operations of one step. */
  get flopsPerStep(): number {
    return this.#predict.flops;
  }

  /** Dispatches of one step's evaluations. */
  get dispatchesPerStep(): number {
    return this.#predict.dispatches;
  }

  /** The content embedding, contentDim numbers: computes the keys and values that all steps read. */
  async setContent(content: ArrayLike<number>, signal?: AbortSignal): Promise<void> {
    const both = [...Array<number>(content.length).fill(0), ...Array.from(content)];
    this.#contents.write('content', both);
    await this.#contents.run({ signal });
    for (const [name, tensor] of this.keyValues) this.#contents.copyOut(name, tensor);
  }

  /** Starts a window. */
  async start({ noise, latents, structure, held, signal }: WindowStart): Promise<void> {
    this.#signal = signal;
    const { gpu } = this.engine;
    if (noise instanceof Float32Array) gpu.writeTensor(this.noise, noise);
    else await this.#drawNoise(noise.seed, noise.firstFrame);
    if (latents) gpu.writeTensor(this.latents, latents);
    else gpu.copyTensor(this.noise, this.latents);
    gpu.writeTensor(this.structure, structure);
    this.#hold = held && held.length > 0 ? this.#holdProgram(held) : undefined;
  }

  async #drawNoise(seed: number, firstFrame: number): Promise<void> {
    const { shape } = this.noise;
    const program = this.engine.program(`noise ${shape.join('x')}`, (rec) => {
      rec.output('noise', gaussianNoise(rec, shape, rec.input('key', [4], 'u32')));
    });
    program.write('key', [...seedWords(seed), firstFrame, 0]);
    await program.run();
    program.copyOut('noise', this.noise);
  }

  /**
   * What brings the held frames to the present noise level. They are the window's first, so that their memory is the
   * beginning of the latents', and their noise the beginning of the window's.
   */
  #holdProgram(held: Float32Array): Program {
    const [, ...frame] = this.latents.shape;
    const shape = [held.length / elementCount(frame), ...frame];
    this.engine.gpu.writeTensor(this.held, held);
    return this.engine.program(`hold ${shape.join('x')}`, (rec) => {
      const first = (tensor: BufferTensor): BufferTensor => ({ ...tensor, shape });
      const level = rec.input('level', [3], 'f32');
      combineInto(rec, first(this.latents), [first(this.held), first(this.noise)], level);
    });
  }

  async hold(
    latents: BufferTensor,
    level: { readonly sample: number; readonly noise: number },
  ): Promise<BufferTensor> {
    if (this.#hold) {
      this.#hold.write('level', [0, level.sample, level.noise]);
      await this.#hold.run();
    }
    return latents;
  }

  async predict(
    _latents: BufferTensor,
    timestep: number,
    evaluations: readonly Weighted<Evaluation>[],
  ): Promise<BufferTensor> {
    this.#predict.write('timestep', [timestep]);
    this.#predict.write(
      'weights',
      evaluations.map(({ weight }) => weight),
    );
    await this.#predict.run({ signal: this.#signal });
    this.#predict.copyOut('prediction', this.prediction);
    return this.prediction;
  }

  async update(
    latents: BufferTensor,
    _prediction: BufferTensor,
    step: StepCoefficients,
  ): Promise<BufferTensor> {
    if (step.clean || step.noise !== 0) {
      throw new RangeError(
        'The video model samples by DDIM with eta 0 and without clipping; its schedule asks for more.',
      );
    }
    this.#update.write('step', [step.sample, step.prediction]);
    await this.#update.run();
    return latents;
  }

  /** The guided prediction of the last step, `[frames, h, w, c]`. */
  async readPrediction(): Promise<Float32Array> {
    return (await readTensor(this.engine.gpu, this.prediction)) as Float32Array;
  }

  /** The latents as they stand, `[frames, h, w, c]`. */
  async read(): Promise<Float32Array> {
    return (await readTensor(this.engine.gpu, this.latents)) as Float32Array;
  }
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
