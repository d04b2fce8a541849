// The video model as a sampler sees it: Gen-1's guided prediction (eq. 8) for one window of frames, on the GPU.

import { elementCount, type Program, readTensor, type Recorder } from '../../gpu/index.ts';
import { combine, combineInto } from '../../kernels/combine.ts';
import { compositeInto } from '../../kernels/composite.ts';
import { noise as gaussianNoise } from '../../kernels/noise.ts';
import {
  type Denoiser,
  type Evaluation,
  seedWords,
  type StepCoefficients,
  type Weighted,
} from '../../sampler/index.ts';
import type { BufferTensor, Engine } from '../model/engine.ts';
import { type DenoiserSettings, type Networks, recordNetworks } from './denoiser_networks.ts';

/** What the denoiser puts back outside the mask: see diffusers' inpainting with a UNet of four channels. */
export interface LatentRegion {
  /** Clean latents of the source's frames, `[frames, h, w, c]`, scaled as the UNet's. */
  readonly source: Float32Array;
  /** `[frames, h, w]` in 0..1, 1 where the edit shows. */
  readonly mask: Float32Array;
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
  /** What may change; default everything. */
  readonly region?: LatentRegion | undefined;
  /** Ends a step that is running. */
  readonly signal?: AbortSignal | undefined;
}

/** Denoises windows of one shape. Latents are f32 `[frames, h/16, w/16, channels]` and stay on the GPU over all steps. */
export class VideoDenoiser implements Denoiser<BufferTensor> {
  readonly #update: Program;
  #hold: Program | undefined;
  #region: LatentRegion | undefined;
  #signal: AbortSignal | undefined;
  #terms: ReadonlyMap<Evaluation, Float32Array> = new Map();

  private constructor(
    readonly engine: Engine,
    readonly settings: DenoiserSettings,
    /** The latents that are denoised. */
    readonly latents: BufferTensor,
    private readonly noise: BufferTensor,
    private readonly held: BufferTensor,
    private readonly prediction: BufferTensor,
    private readonly structure: BufferTensor,
    private readonly networks: () => Networks,
    update: Program,
  ) {
    this.#update = update;
  }

  /** The denoiser of these settings; its programs are recorded once per engine. */
  static of(engine: Engine, settings: DenoiserSettings): VideoDenoiser {
    const { frames, size, structure, evaluations, keep } = settings;
    const evaluated = evaluations.map(({ evaluation }) => evaluation).join();
    const name = `${frames}x${size.width}x${size.height} t_s ${structure} ${evaluated}${keep ? ' kept' : ''}`;
    return engine.once(`denoiser ${name}`, () => VideoDenoiser.#record(engine, settings, name));
  }

  static #record(engine: Engine, settings: DenoiserSettings, key: string): VideoDenoiser {
    const { frames, size } = settings;
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
    const networks = () =>
      engine.once(`networks ${key}`, () => recordNetworks(engine, settings, key, { z: latents, structure }));
    const update = engine.program(`update ${key}`, (rec) => {
      combineInto(rec, latents, [prediction], rec.input('step', [2], 'f32'));
    });
    noiseProgram(engine, latents.shape);
    engine.compile('hold', (rec) => recordHold(rec, latents, held, start));
    return new VideoDenoiser(engine, settings, latents, start, held, prediction, structure, networks, update);
  }

  /** Records the networks now: their kernels compile while the caller goes on. */
  record(): this {
    this.networks();
    return this;
  }

  /** Floating point operations of one step. */
  get flopsPerStep(): number {
    return this.networks().predict.flops;
  }

  /** Dispatches of one step's evaluations. */
  get dispatchesPerStep(): number {
    return this.networks().predict.dispatches;
  }

  /** The content embedding, contentDim numbers: computes the keys and values that all steps read. */
  async setContent(content: ArrayLike<number>, signal?: AbortSignal): Promise<void> {
    const both = [...Array<number>(content.length).fill(0), ...Array.from(content)];
    const { contents, keyValues } = this.networks();
    contents.write('content', both);
    await contents.run({ signal });
    for (const [name, tensor] of keyValues) contents.copyOut(name, tensor);
  }

  /** Starts a window. */
  async start({ noise, latents, structure, held, region, signal }: WindowStart): Promise<void> {
    this.#signal = signal;
    this.#region = region;
    const { gpu } = this.engine;
    if (noise instanceof Float32Array) gpu.writeTensor(this.noise, noise);
    else await this.#drawNoise(noise.seed, noise.firstFrame);
    if (latents) gpu.writeTensor(this.latents, latents);
    else gpu.copyTensor(this.noise, this.latents);
    gpu.writeTensor(this.structure, structure);
    this.#hold = held && held.length > 0 ? this.#holdProgram(held) : undefined;
  }

  async #drawNoise(seed: number, firstFrame: number): Promise<void> {
    const program = noiseProgram(this.engine, this.noise.shape);
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
      recordHold(rec, first(this.latents), first(this.held), first(this.noise));
    });
  }

  async hold(
    latents: BufferTensor,
    level: { readonly sample: number; readonly noise: number },
  ): Promise<BufferTensor> {
    // Held frames last: an earlier window has put the source into them already.
    if (this.#region) await this.#keepOutside(this.#region, level);
    if (this.#hold) {
      this.#hold.write('level', [0, level.sample, level.noise]);
      await this.#hold.run();
    }
    return latents;
  }

  /** Everywhere outside the mask the latents become the source's at the present noise level. */
  async #keepOutside(
    { source, mask }: LatentRegion,
    level: { readonly sample: number; readonly noise: number },
  ): Promise<void> {
    const { shape } = this.latents;
    const program = this.engine.program(`region ${shape.join('x')}`, (rec) => {
      const clean = rec.input('source', shape, 'f32');
      const outside = combine(rec, [clean, this.noise], rec.input('level', [2], 'f32'), { dtype: 'f32' });
      compositeInto(rec, this.latents, outside, rec.input('mask', [...shape.slice(0, 3), 1], 'f32'));
    });
    program.write('source', source);
    program.write('mask', mask);
    program.write('level', [level.sample, level.noise]);
    await program.run();
  }

  async predict(
    _latents: BufferTensor,
    timestep: number,
    evaluations: readonly Weighted<Evaluation>[],
  ): Promise<BufferTensor> {
    const { predict } = this.networks();
    predict.write('timestep', [timestep]);
    predict.write(
      'weights',
      evaluations.map(({ weight }) => weight),
    );
    await predict.run({ signal: this.#signal });
    predict.copyOut('prediction', this.prediction);
    if (this.settings.keep) await this.#readTerms(predict);
    return this.prediction;
  }

  /** At once: the next program takes the memory. */
  async #readTerms(predict: Program): Promise<void> {
    const terms = new Map<Evaluation, Float32Array>();
    for (const { evaluation } of this.settings.evaluations) {
      terms.set(evaluation, (await predict.read(evaluation)) as Float32Array);
    }
    this.#terms = terms;
  }

  /** Each evaluation's own prediction of the last step, `[frames, h, w, c]`, where the settings say `keep`. */
  get terms(): ReadonlyMap<Evaluation, Float32Array> {
    return this.#terms;
  }

  /** The weighted sum of predictions that were kept, by the kernel that sums those of a step. */
  async mix(
    terms: readonly { readonly prediction: Float32Array; readonly weight: number }[],
  ): Promise<BufferTensor> {
    const { shape } = this.prediction;
    const program = this.engine.program(`mix ${terms.length} ${shape.join('x')}`, (rec) => {
      const weights = rec.input('weights', [terms.length], 'f32');
      const predictions = terms.map((_, i) => rec.input(`term ${i}`, shape, rec.precision));
      rec.output('prediction', combine(rec, predictions, weights, { dtype: 'f32' }));
    });
    for (const [i, { prediction }] of terms.entries()) program.write(`term ${i}`, prediction);
    program.write(
      'weights',
      terms.map(({ weight }) => weight),
    );
    await program.run({ signal: this.#signal });
    program.copyOut('prediction', this.prediction);
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

/** The noise of a window: input `key` (seedWords, first frame, 0), output `noise`. */
function noiseProgram(engine: Engine, shape: readonly number[]): Program {
  return engine.program(`noise ${shape.join('x')}`, (rec) => {
    rec.output('noise', gaussianNoise(rec, shape, rec.input('key', [4], 'u32')));
  });
}

/** Clean latents to a noise level, in place of `latents`: input `level` (0, then the weights of clean and noise). */
function recordHold(rec: Recorder, latents: BufferTensor, clean: BufferTensor, noise: BufferTensor): void {
  combineInto(rec, latents, [clean, noise], rec.input('level', [3], 'f32'));
}
