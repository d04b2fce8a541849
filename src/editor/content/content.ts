// The content of an edit: one CLIP image embedding, from a picture directly or from a prompt through the prior.

import { Recorder } from '../../gpu/index.ts';
import { normaliseChannels } from '../../kernels/normalise_channels.ts';
import { resize } from '../../kernels/resize.ts';
import { endRows } from '../../net/clip_text.ts';
import { classifierFreeGuidance } from '../../sampler/index.ts';
import type { Size } from '../ask/geometry.ts';
import type { Engine } from '../model/engine.ts';
import { type EncodedPrompt, Prior, priorNoise, recordPrior, unitContent } from './prior_loop.ts';

/** Options of {@link contentOfPrompt}. */
export interface PromptOptions {
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Steps of the prior done, of all. */
  readonly onStep?: (done: number, total: number) => void;
}

/** Content of a sentence, as many numbers as the UNet's content has. */
export async function contentOfPrompt(
  engine: Engine,
  prompt: string,
  { seed, signal, onStep }: PromptOptions,
): Promise<Float64Array> {
  const { files, prior: network } = engine.model;
  const { prior_guidance: guidance, prior_steps: steps } = files.defaults;
  const [encoded, empty] = await encodePrompts(engine, [prompt, ''], signal);
  const prior = await Prior.create(engine.gpu, network, files.priorSchedule, { steps, guidance });
  try {
    const result = await prior.sample(encoded!, empty!, {
      noise: priorNoise(seed, network.config.embeddingSize),
      signal,
      onStep: (_, done, total) => onStep?.(done, total),
    });
    return result.content;
  } finally {
    prior.dispose();
  }
}

/** Records the text tower for `count` prompts: inputs `ids`, `ends`, outputs `states`, `embeds`. */
function recordText(rec: Recorder, { model: { textEncoder } }: Engine, count: number): void {
  const ids = rec.input('ids', [count, textEncoder.config.maxTokens], 'u32');
  const output = textEncoder.record(rec, ids, rec.input('ends', [count], 'u32'));
  rec.output('states', output.lastHiddenState);
  rec.output('embeds', output.textEmbeds ?? output.pooled);
}

/** Compiles what {@link contentOfPrompt} will run; it allocates nothing. */
export function compileContent(engine: Engine): void {
  const { prior, files } = engine.model;
  const contents = classifierFreeGuidance(files.defaults.prior_guidance).length;
  engine.compile('text', (rec) => recordText(rec, engine, 2)); // the prompt and the empty one
  engine.compile('prior', (rec) => recordPrior(rec, prior, contents));
}

/** What the text tower says of each prompt. */
export async function encodePrompts(
  engine: Engine,
  prompts: readonly string[],
  signal?: AbortSignal,
): Promise<EncodedPrompt[]> {
  const { textEncoder, files } = engine.model;
  const { maxTokens, eosTokenId, hiddenSize } = textEncoder.config;
  const rec = new Recorder(engine.gpu, 'text');
  recordText(rec, engine, prompts.length);
  const rows = prompts.map((prompt) => files.tokenizer.ids(prompt, maxTokens));
  const ids = Uint32Array.from(rows.flatMap((row) => [...row]));
  const ends = endRows(ids, maxTokens, eosTokenId);
  const { states, embeds } = await evaluateOnce(rec, { ids, ends }, ['states', 'embeds'], signal);
  const width = embeds.length / prompts.length;
  const stateSize = maxTokens * hiddenSize;
  return prompts.map((_, i) => {
    const end = ends[i]! - i * maxTokens;
    return {
      textEmbeds: embeds.slice(i * width, (i + 1) * width),
      textStates: states.slice(i * stateSize, (i + 1) * stateSize),
      mask: Array.from({ length: maxTokens }, (__, token) => (token <= end ? 1 : 0)),
    };
  });
}

/** Content of a picture, `rgb` `[height, width, 3]` in 0..1: shortest side to the encoder's size, centre crop. */
export async function contentOfPicture(
  engine: Engine,
  { width, height, rgb }: Size & { readonly rgb: Float32Array },
  signal?: AbortSignal,
): Promise<Float64Array> {
  return unitContent((await imageEmbeddings(engine, 1, { width, height, rgb }, signal))[0]!);
}

/** CLIP image embeddings of `count` pictures of one size, `[count, height, width, 3]` in 0..1; not of unit length. */
export async function imageEmbeddings(
  engine: Engine,
  count: number,
  { width, height, rgb }: Size & { readonly rgb: Float32Array },
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  const { imageEncoder, files } = engine.model;
  const { size, mean, std } = files.imageProcessor;
  const scale = size / Math.min(width, height);
  // As CLIPImageProcessor: the longer side is rounded down.
  const side = (pixels: number) => Math.max(size, Math.floor(pixels * scale));
  const rec = new Recorder(engine.gpu, 'image');
  const pictures = rec.input('rgb', [count, height, width, 3], rec.precision);
  const resized = resize(rec, pictures, [side(height), side(width)], {
    mode: 'pillow-bicubic',
    round8: true,
  });
  const pixels = normaliseChannels(rec, resized, mean, std, { centerCrop: [size, size] });
  rec.output('embeds', imageEncoder.record(rec, pixels).imageEmbeds);
  const { embeds } = await evaluateOnce(rec, { rgb }, ['embeds'], signal);
  const length = embeds.length / count;
  return Array.from({ length: count }, (_, i) => embeds.slice(i * length, (i + 1) * length));
}

/** Runs what was recorded a single time: its numbers by output name. Its memory is freed in any case. */
async function evaluateOnce<Name extends string>(
  rec: Recorder,
  inputs: Readonly<Record<string, ArrayLike<number>>>,
  outputs: readonly Name[],
  signal: AbortSignal | undefined,
): Promise<Record<Name, Float32Array>> {
  const program = await rec.finish();
  try {
    for (const [name, values] of Object.entries(inputs)) program.write(name, values);
    await program.run({ signal });
    const results = {} as Record<Name, Float32Array>;
    for (const name of outputs) results[name] = (await program.read(name)) as Float32Array;
    return results;
  } finally {
    program.dispose();
  }
}
