// One edit, from frames to frames: depth, content, then window by window structure, denoising and decoding.
// All that a stage leaves behind is on the CPU, so that a lost device costs at most the step that was running.

import {
  type DdimStep,
  ddimSteps,
  frameWindows,
  type FrameWindow,
  gen1Guidance,
  sample,
} from '../../sampler/index.ts';
import type { Size } from '../ask/geometry.ts';
import { type EditPhase, type LatentPreview, ProgressMeter } from '../ask/progress.ts';
import { editContent } from '../content/edit_content.ts';
import { SourceContent } from '../content/source_content.ts';
import { VideoDenoiser } from '../denoise/denoiser.ts';
import type { KeptStep } from '../denoise/kept.ts';
import { decodeFrames } from '../draw/frames.ts';
import { joined } from '../draw/latents.ts';
import type { Engine } from '../model/engine.ts';
import { ClipDepth, type LookOptions, type StructureClip } from '../structure/clip_depth.ts';
import { DepthEstimator } from '../structure/depth.ts';
import { DepthPass, DepthReader } from '../structure/depth_pass.ts';
import { structureLatents } from '../structure/structure.ts';
import type { EditedFrame, EditJob } from './edit_job.ts';
import { planEdit, recordEdit, type StageCosts } from './plan_edit.ts';
import { previewOf } from './preview.ts';
import { SourceSide, type WindowSource } from './source_side.ts';

/** Runs an edit and yields its frames in order, as their windows are finished. */
export async function* editFrames(job: EditJob): AsyncGenerator<EditedFrame, void, undefined> {
  const run = new EditRun(job);
  try {
    yield* run.frames();
  } finally {
    await run.close();
  }
}

class EditRun {
  readonly #job: EditJob;
  #meter = new ProgressMeter(1, Infinity);
  #costs: StageCosts = { depth: 0, encode: 0, structure: 0, denoise: 0, decode: 0 };
  #clip: StructureClip | undefined;
  #side: SourceSide | undefined;
  readonly #sourceContent = new SourceContent();

  constructor(job: EditJob) {
    this.#job = job;
  }

  async *frames(): AsyncGenerator<EditedFrame, void, undefined> {
    const { session, source, options, shape, kept, signal, onProgress } = this.#job;
    await session.run(
      (engine) =>
        session.tuning.begin(engine, () => recordEdit(engine, options, shape), { signal, onProgress }),
      { signal, onProgress },
    );
    if (source.frames) await this.#announce(source.frames.length);
    const clip = await this.#look();
    if (!source.frames) await this.#announce(clip.frames.length, true);
    this.#side = await SourceSide.open(this.#job, clip, (done, total) => this.#report('mask', done, total));
    const content = await this.#content();
    kept?.begin(options, content, session.unet);
    const windows = frameWindows(clip.frames.length, { length: shape.windowFrames });
    const finished = new Map<number, Float32Array>();
    for (const [number, window] of windows.entries()) {
      const maps = await clip.maps(window.frames);
      const structure = await session.run(
        (engine) => structureLatents(engine, maps, clip.range, shape.working, options.structure, signal),
        { signal, onProgress },
      );
      const side = await this.#side?.window(window, maps);
      const encoded = window.end - window.held;
      this.#report(
        'structure',
        number + 1,
        windows.length,
        (costs) => costs.structure + encoded * costs.encode,
      );
      const inputs = { structure, content, finished, side };
      const latents = await this.#denoise(window, number, windows.length, inputs);
      const size = latents.length / shape.windowFrames;
      for (const index of finished.keys()) if (index < window.frames[0]!) finished.delete(index);
      for (let i = window.held; i < window.end; i++) {
        finished.set(window.frames[i]!, latents.slice(i * size, (i + 1) * size));
      }
      const { working, output } = shape;
      const range = { from: window.held, to: window.end };
      const decode = { latents, ...range, working, output, finish: side?.finish, signal };
      const pictures = await session.run((engine) => decodeFrames(engine, shape.windowFrames, decode), {
        signal,
        onProgress,
      });
      this.#report('decode', number + 1, windows.length, (costs) => costs.decode);
      for (const [i, data] of pictures.entries()) {
        const index = window.frames[window.held + i]!;
        const time = clip.frames[index]!;
        this.#job.onDrawn?.({ ...time, latents: finished.get(index)!, mask: side?.masks?.[i] });
        yield { index, data, ...time };
      }
    }
  }

  /** Records every program, estimates, and tells the plan; `seen` where the frames' depth is known already. */
  async #announce(frames: number, seen = false): Promise<void> {
    const { session, options, shape, signal, onProgress } = this.#job;
    onProgress?.({ phase: 'compile', done: 0, total: 1, fraction: 0, remaining: Infinity });
    const { plan, costs } = await session.run((engine) => planEdit(engine, frames, options, shape), {
      signal,
      onProgress,
    });
    this.#costs = costs;
    const left = seen ? plan.flops - frames * costs.depth : plan.flops;
    this.#meter = new ProgressMeter(left, (plan.seconds * left) / plan.flops);
    onProgress?.({ phase: 'plan', plan });
    signal?.throwIfAborted();
  }

  async #look(): Promise<StructureClip> {
    const { source, depth, options, signal } = this.#job;
    const look: LookOptions = {
      signal,
      onFrame: (seen, total) => this.#report('depth', seen, total ?? seen, (costs) => costs.depth),
      ...(options.strength < 1 && { onPixels: (frame) => this.#sourceContent.offer(frame) }),
    };
    this.#clip = depth
      ? await DepthPass.look(
          source,
          depth,
          this.#stages((engine, size) => DepthReader.of(engine, size)),
          look,
        )
      : await ClipDepth.look(
          source,
          this.#stages((engine, size) => DepthEstimator.of(engine, size)),
          look,
        );
    return this.#clip;
  }

  /** Runs stages on what `make` makes of the present engine at the working size. */
  #stages<M extends { readonly engine: Engine }>(
    make: (engine: Engine, size: Size) => M,
  ): <T>(stage: (made: M) => Promise<T>) => Promise<T> {
    const { session, shape, signal, onProgress } = this.#job;
    let made: M | undefined;
    return (stage) =>
      session.run(
        async (engine) => {
          if (made?.engine !== engine) made = make(engine, shape.working);
          return stage(made);
        },
        { signal, onProgress },
      );
  }

  async #content(): Promise<ArrayLike<number>> {
    const { session, options, shape, signal, onProgress } = this.#job;
    const stage = <T>(work: (engine: Engine) => Promise<T>) => session.run(work, { signal, onProgress });
    const ofSource = () => stage((engine) => this.#sourceContent.measure(engine, shape.working, signal));
    const onStep = (done: number, total: number) => this.#report('content', done, total);
    return editContent(options, ofSource, { stage, signal, onStep });
  }

  /** Denoises a window and returns its latents. After a device loss it goes on from the last finished step. */
  async #denoise(
    window: FrameWindow,
    number: number,
    windows: number,
    inputs: {
      readonly structure: Float32Array;
      readonly content: ArrayLike<number>;
      readonly finished: ReadonlyMap<number, Float32Array>;
      readonly side: WindowSource | undefined;
    },
  ): Promise<Float32Array> {
    const { session, options, shape, kept, signal, onProgress } = this.#job;
    const { structure, content, finished, side } = inputs;
    const evaluations = gen1Guidance(options.guidance, options.temporal);
    const held = joined(window.frames.slice(0, window.held).map((index) => finished.get(index)!));
    const noise = { seed: options.seed, firstFrame: window.frames[0]! };
    const start = { noise, structure, held, region: side?.region };
    const keptSteps: KeptStep[] = [];
    kept?.windows.push({ window, start, steps: keptSteps });
    let reached: { readonly done: number; readonly latents: Float32Array } | undefined;
    return session.run(
      async (engine) => {
        const { windowFrames: frames, working: size } = shape;
        const denoiser = VideoDenoiser.of(engine, {
          frames,
          size,
          structure: options.structure,
          evaluations,
          keep: options.keepPredictions,
        });
        await denoiser.setContent(content, signal);
        await denoiser.start({ ...start, latents: reached?.latents, signal });
        const all = ddimSteps(engine.model.files.schedule, { steps: options.steps });
        const before = reached?.done ?? 0;
        await sample(denoiser, denoiser.latents, {
          steps: all.slice(before),
          evaluations,
          ...(signal && { signal }),
          onStep: async (done) => {
            const latents = await denoiser.read();
            reached = { done: before + done, latents };
            if (kept) keptSteps.push({ latents, terms: new Map(denoiser.terms) });
            const preview =
              onProgress && (await this.#preview(denoiser, latents, all, before + done, window));
            this.#report(
              'denoise',
              number * all.length + before + done,
              windows * all.length,
              (costs) => costs.denoise,
              preview,
            );
          },
        });
        return denoiser.read();
      },
      { signal, onProgress },
    );
  }

  /** A picture of the clean frames that the last of `done` steps believed in, to be drawn only if somebody looks. */
  async #preview(
    denoiser: VideoDenoiser,
    latents: Float32Array,
    steps: readonly DdimStep[],
    done: number,
    window: FrameWindow,
  ): Promise<(() => LatentPreview) | undefined> {
    const { options, shape, signal } = this.#job;
    const prediction = await denoiser.readPrediction();
    const { previewEvery } = options;
    const middle = (window.held + window.end) >> 1;
    const shown = previewEvery > 0 &&
      done % previewEvery === 0 && { position: middle, index: window.frames[middle]! };
    return previewOf(denoiser.engine, { latents, prediction, step: steps[done - 1]!, shape, shown, signal });
  }

  #report(
    phase: EditPhase,
    done: number,
    total: number,
    cost: (costs: StageCosts) => number = () => 0,
    preview?: () => LatentPreview,
  ): void {
    this.#meter.advance(cost(this.#costs));
    const { fraction, remaining } = this.#meter;
    this.#job.onProgress?.({ phase, done, total, fraction, remaining, ...(preview && { preview }) });
  }

  /** Stops reading the source. */
  async close(): Promise<void> {
    await this.#clip?.close();
    await this.#side?.close();
  }
}
