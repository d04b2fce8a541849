// What a request asks for, as far as it is words and numbers: one flat record that a form can show, a link (link.ts) can
// carry and a take can keep. Files (clip, picture) are not in it.
import {
  type EditOptions,
  type MaskOptions,
  type Mode,
  renderScene,
  type SceneName,
} from '../../src/index.ts';

/** Settings of one request. A number that may be `undefined` is left to the engine, which knows model and device. */
export interface Settings {
  readonly mode: Mode;
  readonly prompt: string;
  /** t_s, ω_t and ω. */
  readonly structure: number;
  readonly temporal: number;
  readonly guidance: number;
  /** Style strength, and the picture's share where there are prompt and picture. */
  readonly strength: number;
  readonly blend: number;
  readonly seed: number;
  readonly steps: number | undefined;
  readonly fps: number | undefined;
  /** The part of the clip, in seconds; `duration` undefined to the end. */
  readonly start: number;
  readonly duration: number | undefined;
}

/** What a request asks for unless told otherwise. */
export const DEFAULTS: Settings = {
  mode: 'stylize',
  prompt: '',
  structure: 0,
  temporal: 1,
  guidance: 5,
  strength: 1,
  blend: 0.5,
  seed: 0,
  steps: undefined,
  fps: undefined,
  start: 0,
  duration: undefined,
};

/** The settings that differ from the defaults, in the order of {@link DEFAULTS}. */
export function changes(settings: Settings): Partial<Settings> {
  const entries = Object.entries(DEFAULTS).map(([name]) => [name, settings[name as keyof Settings]] as const);
  return Object.fromEntries(
    entries.filter(([name, value]) => value !== undefined && value !== DEFAULTS[name as keyof Settings]),
  );
}

/** A setting's value for people, with its unit. */
export function valueText(name: keyof Settings, value: string | number | undefined): string {
  if (value === undefined) return 'auto';
  return name === 'start' || name === 'duration' ? `${value} s` : String(value);
}

/** Frames a second of the built-in scenes. */
export const SCENE_FPS = 8;

/** What a request brings along beside its settings. */
export interface RequestFiles {
  readonly picture?: Blob;
  readonly mask?: MaskOptions;
  /** A depth pass of the clip, or the built-in scene that the clip was rendered of, whose depth is exact. */
  readonly depth?: Blob;
  readonly scene?: SceneName;
  /** Fine-tuned weights of the UNet. Too large to be kept with a take: after a reload only their name is left. */
  readonly unet?: File;
  readonly unetName?: string;
}

/** The options of `editor.edit` that settings and files stand for. */
export function editOptions(settings: Settings, files: RequestFiles): EditOptions {
  const { picture, mask, depth, scene } = files;
  const { structure, temporal, guidance, strength, blend, seed, steps, fps, start, duration } = settings;
  const prompt = settings.prompt.trim();
  return {
    ...(prompt !== '' && { prompt }),
    ...(picture && { picture }),
    ...(prompt !== '' && picture && { blend }),
    ...(mask && { mask }),
    ...(scene ? { depth: renderScene({ scene, fps: SCENE_FPS }).depth } : depth && { depth }),
    ...{ structure, temporal, guidance, strength, seed, start },
    ...(steps !== undefined && { steps }),
    ...(fps !== undefined && { fps }),
    ...(duration !== undefined && { duration }),
  };
}
