// The options of an edit: what may be asked, the defaults, and the checks.

import type { DepthSource } from './depth_source.ts';
import type { Size } from './geometry.ts';
import { WORKING_MULTIPLE } from './geometry.ts';
import { type MaskOptions, resolveMask, type ResolvedMask } from './mask.ts';
import type { OnProgress } from './progress.ts';

/** A picture as content: an image file, or anything that a canvas can draw. */
export type Picture = Blob | ImageBitmap | ImageData | HTMLImageElement | HTMLCanvasElement | OffscreenCanvas;

/** What to make of a video. `prompt`, `picture` or both say what it shall show. */
export interface EditOptions {
  /** A sentence: what the video shall show. */
  readonly prompt?: string;
  /** A picture: what the video shall look like. */
  readonly picture?: Picture;
  /** With both: what lies between them, from 0 (the prompt alone) to 1 (the picture alone) on a great circle of CLIP's space; default 0.5. */
  readonly blend?: number;
  /** Style strength: from 0 (the source's own content) on a great circle to 1 (prompt and picture alone); default 1. */
  readonly strength?: number;
  /**
   * A depth or render pass of the source, taken as its structure instead of an estimate: grey, brighter is nearer; one
   * frame for each edited frame, or for each of the source file.
   */
  readonly depth?: DepthSource;
  /** The part of the picture that may change; default all of it. */
  readonly mask?: MaskOptions;
  /** How the result comes to the written size: along the source's own edges, or evenly; see `Upscale`. */
  readonly upscale?: Upscale;
  /** t_s, how loosely the structure is followed: 0 (tight) to 7 (loose). */
  readonly structure?: number;
  /** ω_t, temporal guidance (eq. 8): below 1 sharper and less steady, above 1 smoother. 0 to 4. */
  readonly temporal?: number;
  /** ω, content guidance (eq. 8): how strongly the prompt or picture is obeyed. 0 to 30. */
  readonly guidance?: number;
  /** DDIM steps, 1 to 1000. */
  readonly steps?: number;
  /** Whole number, 0 to 2^53 - 1. The same seed gives the same video. */
  readonly seed?: number;
  /** Where the edited part begins, in seconds; default 0. */
  readonly start?: number;
  /** How long it is, in seconds; default to the end. */
  readonly duration?: number;
  /** Edited frames per second, or `'source'` for every frame of the source. Edited frames keep their source times. */
  readonly fps?: number | 'source';
  /** Working size with sides that are multiples of 32, or the side of the square whose area it shall have. */
  readonly size?: Size | number;
  /** Written size, both sides even; default the source's display size, at most 720p. */
  readonly output?: Size;
  /** Keeps what every step predicted, on the CPU, for `Editor.mix`; default false. */
  readonly keepPredictions?: boolean;
  /** Every so many steps one frame goes through the autoencoder for the preview; default 0: never. */
  readonly previewEvery?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/**
 * `'guided'`: a guided filter that the source's luma steers. `'lanczos'`, the default: a plain resize. On frames that are
 * the source's own, made small, guided has 5.9 to 15.9 dB more PSNR; on another clip's it has 3.2 to 8.3 dB less, as the
 * source's texture shows through where the edit has left it, and most edits leave some of it.
 */
export type Upscale = 'guided' | 'lanczos';

/** `defaults` of a model_index.json. */
export interface ModelDefaults {
  readonly size: number;
  readonly frames: number;
  readonly steps: number;
  readonly guidance: number;
  readonly temporal: number;
  readonly structure: number;
  readonly prior_guidance: number;
  readonly prior_steps: number;
}

/** What a video shall show: a prompt, a picture, or what lies between them. */
export interface WantedContent {
  readonly prompt: string | undefined;
  readonly picture: Picture | undefined;
  /** The picture's share: 0 without one, 1 without a prompt. */
  readonly blend: number;
}

/** Options of `Editor.rescale`. */
export type RescaleOptions = Pick<EditOptions, 'signal' | 'onProgress'>;

/** What `Editor.mix` can move after the fact; what is left out stays as the edit had it. */
export type MixOptions = Pick<EditOptions, 'guidance' | 'temporal' | 'signal' | 'onProgress'>;

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly content: WantedContent;
  readonly strength: number;
  readonly depth: DepthSource | undefined;
  readonly mask: ResolvedMask | undefined;
  readonly upscale: Upscale;
  readonly structure: number;
  readonly temporal: number;
  readonly guidance: number;
  readonly steps: number;
  readonly seed: number;
  readonly start: number;
  readonly duration: number | undefined;
  readonly fps: number | 'source';
  readonly size: Size | number;
  readonly output: Size | undefined;
  readonly keepPredictions: boolean;
  readonly previewEvery: number;
}

/** A CPU computes about a thousandth of what a GPU does: fewer frames and steps, said aloud by the plan. */
const SOFTWARE_DEFAULTS = { fps: 4, steps: 8 };

/**
 * Checks `options` and fills in defaults: the model's own, and on a software adapter 4 frames per second and 8 steps.
 * Throws TypeError for a missing content, RangeError for a number out of range.
 */
export function resolveOptions(
  options: EditOptions,
  model: ModelDefaults,
  software: boolean,
): ResolvedOptions {
  const { start = 0, duration, fps = software ? SOFTWARE_DEFAULTS.fps : 'source', size, output } = options;
  within('start', start, 0, Infinity, 'seconds');
  if (duration !== undefined) within('duration', duration, 0, Infinity, 'seconds', false);
  if (fps !== 'source') within('fps', fps, 0, 1000, "frames per second, or 'source'", false);
  return {
    content: wantedContent(options),
    strength: within('strength', options.strength ?? 1, 0, 1),
    depth: options.depth,
    mask: options.mask && resolveMask(options.mask),
    upscale: checkedUpscale(options.upscale ?? 'lanczos'),
    structure: whole('structure', options.structure ?? model.structure, 0, 7),
    ...checkedGuidance(options, model),
    steps: whole('steps', options.steps ?? (software ? SOFTWARE_DEFAULTS.steps : model.steps), 1, 1000),
    seed: whole('seed', options.seed ?? 0, 0, Number.MAX_SAFE_INTEGER),
    start,
    duration,
    fps,
    size: checkedSize(size ?? model.size),
    output: output && checkedOutput(output),
    keepPredictions: options.keepPredictions ?? false,
    previewEvery: whole('previewEvery', options.previewEvery ?? 0, 0, 1000),
  };
}

/** ω and ω_t, else those of `defaults`. Throws RangeError. */
export function checkedGuidance(
  { guidance, temporal }: Pick<EditOptions, 'guidance' | 'temporal'>,
  defaults: Pick<ResolvedOptions, 'guidance' | 'temporal'>,
): Pick<ResolvedOptions, 'guidance' | 'temporal'> {
  return {
    temporal: within('temporal', temporal ?? defaults.temporal, 0, 4),
    guidance: within('guidance', guidance ?? defaults.guidance, 0, 30),
  };
}

function wantedContent({ prompt, picture, blend }: EditOptions): WantedContent {
  if (prompt === undefined && picture === undefined) {
    throw new TypeError('Give options.prompt, options.picture or both, got neither.');
  }
  if (prompt !== undefined && (typeof prompt !== 'string' || prompt.trim() === '')) {
    throw new TypeError(
      'options.prompt must be a sentence that says what the video shall show, got nothing.',
    );
  }
  if (prompt !== undefined && picture !== undefined) {
    return { prompt, picture, blend: within('blend', blend ?? 0.5, 0, 1) };
  }
  if (blend !== undefined) {
    throw new TypeError(
      `options.blend lies between a prompt and a picture: give both, got only options.${prompt === undefined ? 'picture' : 'prompt'}.`,
    );
  }
  return { prompt, picture, blend: prompt === undefined ? 1 : 0 };
}

/** Throws TypeError for what is no way to scale up. */
export function checkedUpscale(upscale: Upscale): Upscale {
  if (upscale === 'guided' || upscale === 'lanczos') return upscale;
  throw new TypeError(`upscale must be 'guided' or 'lanczos', got '${String(upscale)}'.`);
}

function within(name: string, value: number, min: number, max: number, unit = '', closed = true): number {
  const ok =
    typeof value === 'number' && (closed ? value >= min : value > min) && value <= max && value !== Infinity;
  if (ok) return value;
  const range =
    max === Infinity
      ? `${closed ? 'at least' : 'more than'} ${min}`
      : `${closed ? '' : 'more than '}${min} to ${max}`;
  throw new RangeError(`options.${name} must be ${range}${unit && ` ${unit}`}, got ${String(value)}.`);
}

function whole(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`options.${name} must be a whole number from ${min} to ${max}, got ${String(value)}.`);
}

function checkedSize(size: Size | number): Size | number {
  if (typeof size === 'number') return within('size', size, WORKING_MULTIPLE, 4096, 'pixels a side');
  for (const side of [size.width, size.height]) {
    if (!Number.isInteger(side) || side < WORKING_MULTIPLE || side > 4096 || side % WORKING_MULTIPLE !== 0) {
      throw new RangeError(
        `options.size must have sides that are multiples of ${WORKING_MULTIPLE} up to 4096, got ${size.width}x${size.height}.`,
      );
    }
  }
  return size;
}

function checkedOutput(output: Size): Size {
  for (const side of [output.width, output.height]) {
    if (!Number.isInteger(side) || side < 16 || side > 8192 || side % 2 !== 0) {
      throw new RangeError(
        `options.output must have even sides from 16 to 8192, got ${output.width}x${output.height}.`,
      );
    }
  }
  return output;
}
