// A take: one request, and what came of it.
import type { EditPlan, EditResult, Quality } from '../../src/index.ts';
import type { Clip } from '../inputs/clip.ts';
import type { RequestFiles, Settings } from './settings.ts';

/** Where a take is on its way. */
export type TakeStatus = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** What is known of a finished take; all of it can be stored. */
export interface TakeResult {
  readonly video: Blob;
  readonly plan: EditPlan;
  readonly frames: number;
  readonly seconds: number;
}

/** One request and its result. */
export interface Take {
  readonly id: string;
  /** Milliseconds since 1970 when it was asked for. */
  readonly order: number;
  readonly clip: Clip;
  readonly settings: Settings;
  readonly files: RequestFiles;
  status: TakeStatus;
  /** Why it failed, in words. */
  reason?: string;
  result?: TakeResult;
  /** What the engine gave, which it knows again; gone after a reload. */
  edit?: EditResult;
  /** Address of the result's video, for elements to play. */
  url?: string;
  quality?: Quality;
}

/** A new take that waits for its turn. */
export function newTake(clip: Clip, settings: Settings, files: RequestFiles): Take {
  return { id: crypto.randomUUID(), order: Date.now(), clip, settings, files, status: 'queued' };
}

/** The take is done. */
export function finish(take: Take, edit: EditResult): void {
  const { video, plan, frames, seconds } = edit;
  take.edit = edit;
  take.result = { video, plan, frames, seconds };
  take.url = URL.createObjectURL(video);
  take.status = 'done';
}

/** Says what is missing where a take of fine-tuned weights has lost them: the plain model would make another video. */
export function missingWeights({ settings, files }: Pick<Take, 'settings' | 'files'>): string | undefined {
  if (settings.mode !== 'customize' || files.unet) return undefined;
  return (
    `This take was made with the fine-tuned weights ${files.unetName ?? 'of a file'}, which this page has no more: ` +
    'choose them again in the mode Customize.'
  );
}

/** What a take is called: its sentence, or the picture. */
export function titleOf({ settings, files }: Pick<Take, 'settings' | 'files'>): string {
  return settings.prompt.trim() || (files.picture ? 'by a picture' : 'untitled');
}
