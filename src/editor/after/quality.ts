// How well an edit obeys: the measures of Gen-1 (section 4.3, table S1) with the model's own CLIP, and how much of the
// source's depth the result has kept.

import type { Size } from '../ask/geometry.ts';
import type { ResolvedOptions } from '../ask/options.ts';
import { encodePrompts, imageEmbeddings } from '../content/content.ts';
import { editContent } from '../content/edit_content.ts';
import { meanDirection } from '../content/source_content.ts';
import type { Engine } from '../model/engine.ts';
import type { Session } from '../model/session.ts';
import { ingest } from '../source/ingest.ts';
import type { FrameSource, SourceFrame } from '../source/source.ts';
import { DEPTH_BATCH, DepthEstimator } from '../structure/depth.ts';

/** How steady a clip is and how well it fits the prompt; cosines of CLIP embeddings, -1 to 1. */
export interface Consistency {
  /** Mean of `consecutive`; 1 for a single frame. */
  readonly frame: number;
  /** Mean cosine of each frame and the prompt; undefined where there is none. */
  readonly prompt: number | undefined;
  /** Cosine of each frame and the one after it. */
  readonly consecutive: readonly number[];
}

/** What `Editor.evaluate` finds. */
export interface Quality {
  /** Frames that were compared. */
  readonly frames: number;
  readonly result: Consistency;
  /** The same of the source, before the edit. */
  readonly source: Consistency;
  /** Mean cosine of each of the result's frames and the content that the edit followed. */
  readonly content: number;
  /** Pearson's correlation of the depth maps of source and result, over all pixels of all frames. */
  readonly depthCorrelation: number;
}

/** What is compared. */
export interface QualityJob {
  readonly session: Session;
  readonly source: FrameSource;
  readonly result: FrameSource;
  readonly options: ResolvedOptions;
  readonly working: Size;
  readonly signal?: AbortSignal | undefined;
}

/** Compares result and source frame by frame. Throws RangeError where they have different numbers of frames. */
export async function measureQuality(job: QualityJob): Promise<Quality> {
  const { session, source, result, options, signal } = job;
  const before: Float32Array[] = [];
  const after: Float32Array[] = [];
  const depth = new Correlation();
  const sources = batches(source.read(undefined, signal));
  try {
    for await (const batch of batches(result.read(undefined, signal))) {
      const original = (await sources.next()).value ?? [];
      if (original.length !== batch.length) throw unequal(before.length, original, batch);
      const [seen, made] = await session.run(
        async (engine) => [await look(engine, original, job), await look(engine, batch, job)] as const,
        { signal },
      );
      before.push(...seen.embeddings);
      after.push(...made.embeddings);
      for (const [i, map] of made.maps.entries()) depth.add(seen.maps[i]!, map);
    }
    const extra = (await sources.next()).value ?? [];
    if (extra.length > 0) throw unequal(before.length, extra, []);
  } finally {
    await sources.return(undefined);
  }
  const prompt = await promptEmbedding(job);
  const stage = <T>(work: (engine: Engine) => Promise<T>) => session.run(work, { signal });
  const ofSource = () => Promise.resolve(meanDirection(before));
  const content = await editContent(options, ofSource, { stage, signal });
  return {
    frames: after.length,
    result: consistency(after, prompt),
    source: consistency(before, prompt),
    content: mean(after.map((embedding) => cosine(embedding, content))),
    depthCorrelation: depth.value,
  };
}

function unequal(done: number, source: readonly unknown[], result: readonly unknown[]): RangeError {
  return new RangeError(
    `The result has ${done + result.length} frames or more, the chosen part of the source ${done + source.length}: ` +
      'give the options of the edit, of which start, duration and fps choose the frames.',
  );
}

/** The text embedding of the prompt, if there is one. */
async function promptEmbedding({ session, options, signal }: QualityJob): Promise<Float32Array | undefined> {
  const { prompt } = options.content;
  if (prompt === undefined) return undefined;
  const [encoded] = await session.run((engine) => encodePrompts(engine, [prompt], signal), { signal });
  return Float32Array.from(encoded!.textEmbeds);
}

async function* batches(frames: AsyncIterable<SourceFrame>): AsyncGenerator<SourceFrame[], void, undefined> {
  let batch: SourceFrame[] = [];
  for await (const frame of frames) {
    batch.push(frame);
    if (batch.length < DEPTH_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Depth maps and CLIP embeddings of a batch, both of the frames at the working size. */
async function look(engine: Engine, batch: readonly SourceFrame[], { working, signal }: QualityJob) {
  const pixels = working.width * working.height * 3;
  const rgb = new Float32Array(batch.length * pixels);
  for (const [i, frame] of batch.entries()) {
    const program = await ingest(engine, frame.pixels, working);
    rgb.set(await program.read('rgb'), i * pixels);
  }
  const estimator = DepthEstimator.of(engine, working);
  return {
    maps: await estimator.estimateRgb(rgb, signal),
    embeddings: await imageEmbeddings(engine, batch.length, { ...working, rgb }, signal),
  };
}

function consistency(
  embeddings: readonly Float32Array[],
  prompt: ArrayLike<number> | undefined,
): Consistency {
  const consecutive = embeddings.slice(1).map((embedding, i) => cosine(embeddings[i]!, embedding));
  return {
    frame: consecutive.length > 0 ? mean(consecutive) : 1,
    prompt: prompt && mean(embeddings.map((embedding) => cosine(embedding, prompt))),
    consecutive,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Cosine of the angle between two vectors; 0 where one has no length. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let product = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    squaresA += a[i]! ** 2;
    squaresB += b[i]! ** 2;
  }
  return product === 0 ? 0 : product / Math.sqrt(squaresA * squaresB);
}

/** Pearson's correlation of numbers that come in pairs, in one pass. */
export class Correlation {
  #count = 0;
  #meanA = 0;
  #meanB = 0;
  #squaresA = 0;
  #squaresB = 0;
  #products = 0;

  /** Adds pairs (Welford's update, which loses no digits to large means). */
  add(a: ArrayLike<number>, b: ArrayLike<number>): void {
    for (let i = 0; i < a.length; i++) {
      this.#count += 1;
      const offA = a[i]! - this.#meanA;
      const offB = b[i]! - this.#meanB;
      this.#meanA += offA / this.#count;
      this.#meanB += offB / this.#count;
      this.#squaresA += offA * (a[i]! - this.#meanA);
      this.#squaresB += offB * (b[i]! - this.#meanB);
      this.#products += offA * (b[i]! - this.#meanB);
    }
  }

  /** -1 to 1; 0 where one side never changes. */
  get value(): number {
    const scale = Math.sqrt(this.#squaresA * this.#squaresB);
    return scale === 0 ? 0 : this.#products / scale;
  }
}
