// What `edit` edits: a video, a storyboard of stills, or a built-in scene; and the mode that is asked for.
import { basename, extname } from 'node:path';
import type { EditInput, EditJob } from '../demo/command-types.ts';
import { MODES, type Mode } from '../src/editor/ask/modes.ts';
import { checkedClip } from '../src/editor/scenes/render_scene.ts';
import { SCENES, type SceneName } from '../src/editor/scenes/built_in.ts';
import { checkedStoryboard, type Motion, type StoryboardOptions } from '../src/editor/scenes/storyboard.ts';
import { FLAG, TEXT, UsageError } from './edit-options.ts';

/** For `parseArgs`. */
export const SOURCE_OPTIONS = {
  ...{ mode: TEXT, scene: TEXT, depth: TEXT, unet: TEXT, storyboard: FLAG, motion: TEXT, fade: TEXT },
} as const;

const MODE_NAMES = Object.keys(MODES) as Mode[];

/** What they mean, for a usage text. */
export const SOURCE_OPTIONS_HELP = `  --mode <mode>          options that suit it: ${MODE_NAMES.join(', ')}
  --storyboard           edit stills instead of a video: each as <image>@<seconds>, --duration says how long
  --motion <motion>      of a storyboard's camera: hold, zoom, pan or drift (default)
  --fade <seconds>       of its cross-fades (default 0.5)
  --scene <scene>        edit a built-in untextured scene instead of a video: ${Object.keys(SCENES).join(', ')}
  --depth <video>        a depth pass of the video (brighter is nearer) as its structure
  --unet <file>          fine-tuned weights of the UNet (safetensors)`;

/** What is edited: files by their paths. */
export type EditedSource =
  | { readonly video: string }
  | {
      readonly cards: readonly { readonly image: string; readonly time: number }[];
      readonly options: StoryboardOptions;
    }
  | Extract<EditInput, { readonly scene: unknown }>;

/** The words of {@link SOURCE_OPTIONS}. */
type Words = {
  readonly [K in Exclude<keyof typeof SOURCE_OPTIONS, 'storyboard'>]?: string | undefined;
} & { readonly storyboard: boolean };

/** What was understood. */
export interface ReadSource {
  readonly source: EditedSource;
  /** Of the edit itself: those of the mode where nothing else was asked for; frames of the command's own making have no part to choose. */
  readonly options: EditJob['options'];
  /** Name for a result, without its ending. */
  readonly name: string;
}

/**
 * Reads what is edited from `words` and `names`, beside a mask where `masked`. Throws UsageError for what does not go
 * together.
 */
export function readSource(
  words: Words,
  names: readonly string[],
  options: EditJob['options'],
  masked: boolean,
): ReadSource {
  const mode = readMode(words, masked);
  const { start, duration, fps, ...rest } = { ...(mode && MODES[mode].defaults), ...options };
  const made = words.storyboard ? '--storyboard' : words.scene === undefined ? undefined : '--scene';
  if (!made) {
    for (const name of ['motion', 'fade'] as const) {
      if (words[name] !== undefined) throw new UsageError(`--${name} is for --storyboard.`);
    }
    const [video, ...more] = names;
    if (video === undefined || more.length > 0) {
      throw new UsageError(`Name one video, got ${names.length === 0 ? 'none' : names.join(', ')}.`);
    }
    const part = {
      ...(start !== undefined && { start }),
      ...(duration !== undefined && { duration }),
      ...(fps !== undefined && { fps }),
    };
    return { source: { video }, options: { ...rest, ...part }, name: basename(video, extname(video)) };
  }
  if (words.depth !== undefined) throw new UsageError(`--depth is a pass of a video, which ${made} is not.`);
  if (start !== undefined) throw new UsageError(`--start chooses a part of a video, which ${made} is not.`);
  if (fps === 'source') throw new UsageError(`--fps source is that of a video: ${made} wants a number.`);
  const size = rest.output && { size: rest.output };
  const rate = fps !== undefined && { fps };
  if (words.storyboard) {
    if (words.scene !== undefined) throw new UsageError('Give --storyboard or --scene, not both.');
    if (duration === undefined)
      throw new UsageError('--storyboard needs --duration: how many seconds it runs.');
    const board = {
      duration,
      ...rate,
      ...size,
      ...(words.motion !== undefined && { motion: words.motion as Motion }),
      ...(words.fade !== undefined && { fade: Number(words.fade) }),
    };
    const cards = names.map(readCard);
    understood(() =>
      checkedStoryboard(
        cards.map(({ time }) => ({ image: new Blob(), time })),
        board,
      ),
    );
    return { source: { cards, options: board }, options: rest, name: 'storyboard' };
  }
  if (names.length > 0)
    throw new UsageError(`Name a video or give --scene, not both: got ${names.join(', ')}.`);
  const scene = {
    scene: words.scene as SceneName,
    ...(duration !== undefined && { seconds: duration }),
    ...rate,
    ...size,
  };
  understood(() => checkedClip(scene));
  return { source: { scene }, options: rest, name: scene.scene };
}

function readMode({ mode, storyboard, scene, unet }: Words, masked: boolean): Mode | undefined {
  if (mode !== undefined && !MODE_NAMES.includes(mode as Mode)) {
    throw new UsageError(`--mode must be one of ${MODE_NAMES.join(', ')}, got '${mode}'.`);
  }
  for (const [name, given, own] of [
    ['storyboard', storyboard, 'storyboard'],
    ['scene', scene !== undefined, 'render'],
  ] as const) {
    if (given && mode !== undefined && mode !== own) {
      throw new UsageError(`--${name} belongs to --mode ${own}, got --mode ${mode}.`);
    }
  }
  if (mode === 'customize' && unet === undefined) {
    throw new UsageError('--mode customize needs --unet: the fine-tuned weights.');
  }
  if (mode === 'mask' && !masked) {
    throw new UsageError(
      '--mode mask needs --mask-box, --mask-depth or --mask-picture: what of the video changes.',
    );
  }
  return (
    (mode as Mode | undefined) ?? (storyboard ? 'storyboard' : scene !== undefined ? 'render' : undefined)
  );
}

function readCard(text: string): { image: string; time: number } {
  const match = /^(.+)@(\d+(?:\.\d+)?)$/.exec(text);
  if (!match) {
    throw new UsageError(
      `A card of a storyboard is <image>@<seconds>, for example a.png@1.5, got '${text}'.`,
    );
  }
  return { image: match[1]!, time: Number(match[2]) };
}

/** The library's own refusal of an option as wrong use of the command. */
function understood(check: () => void): void {
  try {
    check();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The files that are read. */
export function filesOf(source: EditedSource): string[] {
  if ('video' in source) return [source.video];
  return 'cards' in source ? source.cards.map(({ image }) => image) : [];
}

/** The source with its files at addresses. */
export function servedSource(source: EditedSource, serve: (file: string) => string): EditInput {
  if ('video' in source) return serve(source.video);
  if (!('cards' in source)) return source;
  const cards = source.cards.map(({ image, time }) => ({ image: serve(image), time }));
  return { cards, options: source.options };
}
