// The options that restrict an edit to a part of the picture, from words to values. What they may be is checked by the editor.
import type { JobMask } from '../demo/command-types.ts';
import { TEXT, UsageError } from './edit-options.ts';

/** For `parseArgs`. */
export const MASK_OPTIONS = {
  ...{ 'mask-box': TEXT, 'mask-depth': TEXT },
  'mask-picture': { type: 'string', multiple: true },
  'mask-background': { type: 'boolean', default: false },
} as const;

/** What they mean, for a usage text. */
export const MASK_OPTIONS_HELP = `  --mask-box <x,y,w,h>   edit only a box, in fractions of the frame
  --mask-depth <near,far> edit only what lies between two depths (1 nearest, 0 farthest)
  --mask-picture <file.png[@seconds]>  edit only what is white or opaque there, carried through the clip; repeatable
  --mask-background      edit what lies outside of the mask instead`;

/** A painted mask: its file, and the second of the frame it was painted on. */
export interface MaskPicture {
  readonly file: string;
  readonly time: number;
}

/** A mask as the command line says it. */
export interface MaskRequest {
  /** Empty for a mask by other means. */
  readonly pictures: readonly MaskPicture[];
  readonly region: Exclude<JobMask['region'], { readonly brush: unknown }> | undefined;
  readonly edit: 'inside' | 'outside';
}

/** The mask that the options ask for; undefined without one. Throws UsageError for words that are none. */
export function readMaskOptions(words: {
  readonly 'mask-box'?: string | undefined;
  readonly 'mask-depth'?: string | undefined;
  readonly 'mask-picture'?: string[] | undefined;
  readonly 'mask-background': boolean;
}): MaskRequest | undefined {
  const { 'mask-box': box, 'mask-depth': depth, 'mask-picture': pictures = [] } = words;
  const given = [box, depth, pictures[0]].filter((word) => word !== undefined).length;
  if (given > 1) throw new UsageError('Give one of --mask-box, --mask-depth and --mask-picture.');
  if (given === 0) {
    if (!words['mask-background']) return undefined;
    throw new UsageError(
      '--mask-background needs a mask: give --mask-box, --mask-depth or --mask-picture too.',
    );
  }
  return {
    pictures: pictures.map(readPicture),
    region:
      box === undefined
        ? depth === undefined
          ? undefined
          : { depth: readDepth(depth) }
        : { box: readBox(box) },
    edit: words['mask-background'] ? 'outside' : 'inside',
  };
}

function numbers(name: string, wanted: string, text: string): number[] {
  const values = text.split(',').map((word) => (word.trim() === '' ? NaN : Number(word)));
  if (values.length === wanted.split(',').length && values.every(Number.isFinite)) return values;
  throw new UsageError(`--${name} must be <${wanted}>, got '${text}'.`);
}

function readBox(text: string): { x: number; y: number; width: number; height: number } {
  const [x = 0, y = 0, width = 0, height = 0] = numbers('mask-box', 'x,y,w,h', text);
  return { x, y, width, height };
}

function readDepth(text: string): [near: number, far: number] {
  const [near = 1, far = 0] = numbers('mask-depth', 'near,far', text);
  return [near, far];
}

function readPicture(text: string): MaskPicture {
  const at = text.lastIndexOf('@');
  if (at < 0) return { file: text, time: 0 };
  const time = Number(text.slice(at + 1));
  if (text.slice(at + 1).trim() === '' || !(time >= 0) || at === 0) {
    throw new UsageError(`--mask-picture must be <file.png[@seconds]>, got '${text}'.`);
  }
  return { file: text.slice(0, at), time };
}
