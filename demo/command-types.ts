// What the command line (bin/page.ts) and its page (demo/command.ts) say to each other, all of it plain JSON.
import type { AdapterDescription, Precision } from '../src/gpu/device.ts';
import type { EditResult } from '../src/editor/run/edit_result.ts';
import type { LoadOptions } from '../src/editor/editor.ts';
import type { MaskOptions, MaskRegion } from '../src/editor/ask/mask.ts';
import type { EditOptions } from '../src/editor/ask/options.ts';
import type { ProgressEvent } from '../src/editor/ask/progress.ts';
import type { Quality } from '../src/editor/after/quality.ts';
import type { SceneOptions } from '../src/editor/scenes/render_scene.ts';
import type { SceneName } from '../src/editor/scenes/built_in.ts';
import type { StoryboardOptions } from '../src/editor/scenes/storyboard.ts';
import type { SweepGrid, SweepPoint } from '../src/editor/after/sweep.ts';
import type { Probe } from '../src/codec/probe.ts';

/** An error as it crosses from the page to the command: class name, message, and the code of those that have one. */
export interface ErrorReport {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** What a call gave: exceptions would lose their class and code on the way. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorReport };

/** The GPU that the page computes on, as the command names it before it starts. */
export interface DeviceReport extends AdapterDescription {
  /** True for SwiftShader and its like, which compute on the CPU. */
  readonly software: boolean;
  readonly precision: Precision;
  /** Bytes that one storage binding and one buffer may have. */
  readonly maxStorageBufferBindingSize: number;
  readonly maxBufferSize: number;
}

/** See `TuningOptions`. */
export type TuningMode = NonNullable<LoadOptions['tuning']>;

/** The address of a video, a storyboard of stills by their addresses, or a built-in scene. */
export type EditInput =
  | string
  | {
      readonly cards: readonly { readonly image: string; readonly time: number }[];
      readonly options: StoryboardOptions;
    }
  | { readonly scene: SceneOptions & { readonly scene: SceneName } };

/** A mask whose painted pictures are files: their addresses instead of what is in them. */
export interface JobMask extends Omit<MaskOptions, 'region'> {
  readonly region:
    | Exclude<MaskRegion, { readonly brush: unknown }>
    | { readonly brush: readonly { readonly time: number; readonly url: string }[] };
}

/** One edit: where its files are, and the options that are plain JSON. */
export interface EditJob {
  /** What is edited; addresses answer GET. */
  readonly input: EditInput;
  /** Address that takes the result by one PUT and answers status 200 when the file is in place; default: nowhere. */
  readonly output?: string;
  /** Address of the picture that says the content, instead of `options.prompt` or beside it. */
  readonly picture?: string;
  /** Address of a depth pass of the source video. */
  readonly depth?: string;
  /** Fine-tuned weights of the UNet: their address, and the file's name for messages. */
  readonly unet?: { readonly url: string; readonly name: string };
  /** Address that takes a PNG of frames before and after; default none. */
  readonly sheet?: string;
  /** Address of a model folder; default the bundled model. */
  readonly model?: string;
  /** Measures how well the result obeys. */
  readonly evaluate?: boolean;
  /** Whether kernel variants are measured, and the address below which texts by name are kept by PUT and GET. */
  readonly tuning?: TuningMode;
  readonly tuningStore?: string;
  /** The part of the picture that may change; default all of it. */
  readonly mask?: JobMask;
  readonly options: Omit<EditOptions, 'picture' | 'depth' | 'mask' | 'signal' | 'onProgress'>;
}

/** A clip edited and measured at every point of a grid. */
export interface SweepJob extends Pick<EditJob, 'model' | 'options'> {
  /** Address of the source video. */
  readonly input: string;
  readonly grid: SweepGrid;
}

/** What became of an edit. Seconds of wall time, of work on the GPU, and of loading the model before. */
export interface EditReport extends Pick<
  EditResult,
  'plan' | 'frames' | 'seconds' | 'gpuSeconds' | 'compileSeconds' | 'codecSeconds' | 'peakBytes'
> {
  readonly loadSeconds: number;
  readonly bytes: number;
  /** Where the job asked for it. */
  readonly quality?: Quality;
}

/** Progress as it crosses: the preview stays in the page. */
export type ProgressReport = Distribute<ProgressEvent>;
type Distribute<E> = E extends unknown ? Omit<E, 'preview'> : never;

/** What the page offers as `window.refilmCommand`. */
export interface RefilmCommand {
  device(): Promise<Outcome<DeviceReport>>;
  /** Decodes the file at `url` and tells what is in it. */
  probe(url: string): Promise<Outcome<Probe>>;
  /** Edits the job's video, writes the result to its address and tells what was done. */
  edit(job: EditJob): Promise<Outcome<EditReport>>;
  sweep(job: SweepJob): Promise<Outcome<SweepPoint[]>>;
  /** Ends the call that is running with an AbortError. */
  cancel(): void;
}

declare global {
  interface Window {
    refilmCommand: RefilmCommand;
    /** Set by the command: told of an edit's progress. */
    refilmProgress?: (report: ProgressReport) => Promise<void>;
  }
}
