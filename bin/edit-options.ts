// The options that `edit` and `evaluate` share, from words to values. What they may be is checked by the editor.
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { EditJob, TuningMode } from '../demo/command-types.ts';

/** Wrong use of a command: its message names the option. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** An option that takes a word. */
export const TEXT = { type: 'string' } as const;
/** An option without a word. */
export const FLAG = { type: 'boolean', default: false } as const;

/** For `parseArgs`. */
export const EDIT_OPTIONS = {
  ...{ prompt: TEXT, blend: TEXT, strength: TEXT },
  ...{ structure: TEXT, temporal: TEXT, guidance: TEXT, steps: TEXT, seed: TEXT },
  ...{ start: TEXT, duration: TEXT, fps: TEXT, size: TEXT, 'out-size': TEXT, upscale: TEXT },
  ...{ model: TEXT, tuning: TEXT },
  ...{ software: FLAG, json: FLAG },
} as const;

/** What they mean, for a usage text. */
export const EDIT_OPTIONS_HELP = `  --strength <0..1>      how far the source's own look is left behind (default 1: altogether)
  --structure <0..7>     how loosely the structure is followed (t_s)
  --temporal <number>    temporal guidance (omega_t): below 1 sharper, above 1 smoother
  --guidance <number>    content guidance (omega): how strongly the prompt is obeyed
  --steps <number>       DDIM steps
  --seed <number>        the same seed gives the same video
  --start <seconds>      where the edited part begins
  --duration <seconds>   how long it is
  --fps <number|source>  edited frames per second
  --size <w>x<h>         working size, multiples of 32
  --out-size <w>x<h>     written size
  --upscale <way>        to the written size: guided (along the source's edges) or lanczos
  --model <folder|url>   another model of the same pipeline
  --tuning <mode>        measure which kernel variants are fastest here: auto (default: on a GPU), on, off
  --software             do not look for a GPU`;

/** `parseArgs` with positionals, that throws UsageError. */
export function parseCommand<const T extends NonNullable<ParseArgsConfig['options']>>(
  argv: string[],
  options: T,
) {
  try {
    return parseArgs({ args: argv, allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const NUMBERS = [
  ...(['blend', 'strength', 'structure', 'temporal', 'guidance', 'steps', 'seed'] as const),
  ...(['start', 'duration'] as const),
];

type Words = Partial<Record<Exclude<keyof typeof EDIT_OPTIONS, 'software' | 'json'>, string>>;

/** The edit's options but for its content. Throws UsageError for words that are no numbers. */
export function readEditOptions(words: {
  readonly [K in keyof Words]: Words[K] | undefined;
}): EditJob['options'] {
  const options: Record<string, unknown> = {};
  for (const key of NUMBERS) {
    if (words[key] !== undefined) options[key] = number(key, words[key]);
  }
  if (words.fps !== undefined) options['fps'] = words.fps === 'source' ? 'source' : number('fps', words.fps);
  if (words.size !== undefined) options['size'] = size('size', words.size);
  if (words.upscale !== undefined) options['upscale'] = words.upscale;
  if (words['out-size'] !== undefined) options['output'] = size('out-size', words['out-size']);
  return options;
}

/** Where a model is: a folder to serve, or an address. */
export type ModelPlace = { readonly folder: string } | { readonly url: string };

/** What --model names. Throws UsageError for a folder that holds no pipeline. */
export async function readModel(named: string | undefined): Promise<ModelPlace | undefined> {
  if (named === undefined) return undefined;
  if (/^https?:\/\//.test(named)) return { url: named };
  const folder = resolve(named);
  const index = await stat(join(folder, 'model_index.json')).catch(() => undefined);
  if (!index?.isFile()) {
    throw new UsageError(
      `--model must be the folder of a pipeline, with a model_index.json in it; ${folder} has none.`,
    );
  }
  return { folder };
}

/** What --tuning says. Throws UsageError for another word. */
export function readTuning(word: string | undefined): TuningMode | undefined {
  if (word === undefined || word === 'auto' || word === 'on' || word === 'off') return word;
  throw new UsageError(`--tuning must be auto, on or off, got '${word}'.`);
}

/** The number that an option's word is. Throws UsageError. */
export function number(name: string, text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value)) throw new UsageError(`--${name} must be a number, got '${text}'.`);
  return value;
}

function size(name: string, text: string): { width: number; height: number } {
  const match = /^(\d+)x(\d+)$/.exec(text);
  if (!match) throw new UsageError(`--${name} must be <width>x<height>, got '${text}'.`);
  return { width: Number(match[1]), height: Number(match[2]) };
}
