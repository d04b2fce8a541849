// Text to content: the prior's sampling loop (UnCLIP, Ramesh et al. 2022). The network runs on the GPU; a state is one
// embedding, a few hundred numbers, so the steps between the evaluations are arithmetic on the CPU in f64.

import { type Gpu, readTensor, type Program, Recorder } from '../../gpu/index.ts';
import { PRIOR_TOKENS, type PriorTransformer } from '../../net/prior.ts';
import {
  classifierFreeGuidance,
  gaussianNoise,
  type StepCoefficients,
  unclipSteps,
  type UnclipSchedule,
} from '../../sampler/index.ts';

/** What the text tower says of a prompt. E is the embedding size, T the number of text tokens. */
export interface EncodedPrompt {
  /** E numbers. */
  readonly textEmbeds: ArrayLike<number>;
  /** `[T, E]`: the last hidden state. */
  readonly textStates: ArrayLike<number>;
  /** T numbers: 1 up to and with the first end-of-text token, 0 for the padding after it. */
  readonly mask: ArrayLike<number>;
}

/** How the prior samples; both published with the model. */
export interface PriorSettings {
  /** At least 2. */
  readonly steps: number;
  /** Classifier-free guidance scale; 1 evaluates the prompt alone. */
  readonly guidance: number;
}

/** Options of {@link Prior.sample}. */
export interface PriorOptions {
  /**
   * Standard normal noise, E numbers: index 0 is where the run starts, index i + 1 is added by step i. From
   * {@link priorNoise} for a seed.
   */
  readonly noise: (index: number) => ArrayLike<number>;
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every step with the state that it leads to, `[E]`, and the number of steps done. */
  readonly onStep?: ((state: Float64Array, done: number, total: number) => void) | undefined;
}

/** What {@link Prior.sample} gives. */
export interface PriorResult {
  /** The image embedding at CLIP's scale, `[E]`. */
  readonly embedding: Float64Array;
  /** The same with norm √E: the content that the video model was trained on. */
  readonly content: Float64Array;
}

/** The noise streams of the prior: the upper half of the streams, which no sampler of latents reaches. */
const FIRST_STREAM = 2 ** 31;

/** Noise of a seed for {@link PriorOptions}. Throws RangeError as `gaussianNoise` does. */
export function priorNoise(seed: number | bigint, embeddingSize: number): (index: number) => Float64Array {
  return (index) =>
    gaussianNoise({ seed, frame: 0, stream: FIRST_STREAM + index }, new Float64Array(embeddingSize));
}

/** Records one evaluation of `batch` states: inputs by the names of the network's, output `prediction`. */
export function recordPrior(rec: Recorder, model: PriorTransformer, batch: number): void {
  const { embeddingSize, textTokens } = model.config;
  const { precision } = rec;
  const prediction = model.record(rec, {
    latents: rec.input('latents', [batch, embeddingSize], precision),
    timestep: rec.input('timestep', [batch], 'f32'),
    textEmbeds: rec.input('textEmbeds', [batch, embeddingSize], precision),
    textStates: rec.input('textStates', [batch * textTokens, embeddingSize], precision),
    mask: rec.input('mask', [batch, textTokens + PRIOR_TOKENS], 'u32'),
  });
  rec.output('prediction', prediction);
}

/** A prior that is ready to sample. Dispose of it when done; the network stays the caller's. */
export class Prior {
  readonly #program: Program;
  readonly #schedule: UnclipSchedule;
  readonly #settings: PriorSettings;
  readonly #mean: ArrayLike<number>;
  readonly #std: ArrayLike<number>;

  private constructor(
    program: Program,
    schedule: UnclipSchedule,
    settings: PriorSettings,
    mean: ArrayLike<number>,
    std: ArrayLike<number>,
  ) {
    this.#program = program;
    this.#schedule = schedule;
    this.#settings = settings;
    this.#mean = mean;
    this.#std = std;
  }

  /**
   * Records one guided evaluation of `model`, whose parameters must be loaded. Throws RangeError for settings out of
   * range, and as `Recorder.finish` does.
   */
  static async create(
    gpu: Gpu,
    model: PriorTransformer,
    schedule: UnclipSchedule,
    settings: PriorSettings,
  ): Promise<Prior> {
    unclipSteps(schedule, settings.steps);
    const batch = classifierFreeGuidance(settings.guidance).length;
    const [mean, std] = await Promise.all([readTensor(gpu, model.clipMean), readTensor(gpu, model.clipStd)]);
    const rec = new Recorder(gpu, 'prior');
    recordPrior(rec, model, batch);
    return new Prior(await rec.finish(), schedule, settings, mean, std);
  }

  /**
   * The content of `prompt`; `empty` is the empty prompt, the guidance's unconditional side. Throws RangeError for other
   * sizes, and as `Program.run` does.
   */
  async sample(prompt: EncodedPrompt, empty: EncodedPrompt, options: PriorOptions): Promise<PriorResult> {
    const { noise, signal, onStep } = options;
    const { steps: count, guidance } = this.#settings;
    const evaluations = classifierFreeGuidance(guidance);
    const prompts = evaluations.map(({ evaluation }) => (evaluation === 'conditional' ? prompt : empty));
    const steps = unclipSteps(this.#schedule, count);
    let state = Float64Array.from(noise(0));
    for (const [index, step] of steps.entries()) {
      const outputs = await this.#evaluate(state, step.timestep, prompts, signal);
      const predicted = state.map((_, i) =>
        evaluations.reduce((sum, { weight }, row) => sum + weight * outputs[row * state.length + i]!, 0),
      );
      const fresh = step.noise === 0 ? undefined : noise(index + 1);
      state = state.map((x, i) => stepped(step, x, predicted[i]!, fresh?.[i] ?? 0));
      onStep?.(state, index + 1, count);
    }
    const embedding = state.map((x, i) => x * this.#std[i]! + this.#mean[i]!);
    return { embedding, content: unitContent(embedding) };
  }

  /** The network's predictions for one state, a row per prompt. Inputs share memory with later activations: all are written. */
  async #evaluate(
    state: Float64Array,
    timestep: number,
    prompts: readonly EncodedPrompt[],
    signal: AbortSignal | undefined,
  ): Promise<ArrayLike<number>> {
    const program = this.#program;
    const visible = Array<number>(PRIOR_TOKENS).fill(1);
    program.write(
      'latents',
      prompts.flatMap(() => [...state]),
    );
    program.write(
      'timestep',
      prompts.map(() => timestep),
    );
    program.write(
      'textEmbeds',
      prompts.flatMap(({ textEmbeds }) => Array.from(textEmbeds)),
    );
    program.write(
      'textStates',
      prompts.flatMap(({ textStates }) => Array.from(textStates)),
    );
    program.write(
      'mask',
      prompts.flatMap(({ mask }) => [...Array.from(mask), ...visible]),
    );
    await program.run({ signal });
    return program.read('prediction');
  }

  /** Frees the recorded evaluation. */
  dispose(): void {
    this.#program.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** One number of the next state; see {@link StepCoefficients}. */
function stepped(step: StepCoefficients, x: number, predicted: number, noise: number): number {
  const { clean } = step;
  const x0 = clean ? clean.sample * x + clean.prediction * predicted : 0;
  const kept = clean ? clean.weight * Math.min(Math.max(x0, -clean.limit), clean.limit) : 0;
  return step.sample * x + step.prediction * predicted + step.noise * noise + kept;
}

/** `embedding` scaled to norm √E, the form in which the video model takes content. Zeros stay zeros. */
export function unitContent(embedding: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(embedding);
  const norm = Math.hypot(...values);
  const scale = norm === 0 ? 0 : Math.sqrt(values.length) / norm;
  return values.map((x) => x * scale);
}
