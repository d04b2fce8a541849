// The content that an edit follows: prompt and picture, what lies between them, and how far the source is led there.

import type { ResolvedOptions } from '../ask/options.ts';
import type { Engine } from '../model/engine.ts';
import { contentOfPicture, contentOfPrompt } from './content.ts';
import { readPicture } from './picture.ts';
import { slerp } from './slerp.ts';

/** How the networks are run. */
export interface ContentRun {
  /** Runs a stage on the present engine; again on the next one's when the device is lost. */
  readonly stage: <T>(stage: (engine: Engine) => Promise<T>) => Promise<T>;
  readonly signal?: AbortSignal | undefined;
  /** Steps of the prior done, of all. */
  readonly onStep?: (done: number, total: number) => void;
}

/**
 * The content that `options` ask for, norm √E; `sourceContent` is called where `strength` is below 1. Networks whose
 * share is 0 don't run: at both ends of `blend` and at `strength` 1 the result is that of the one side alone.
 * Throws as `contentOfPrompt`, `contentOfPicture` and `readPicture` do.
 */
export async function editContent(
  { content, strength, seed }: Pick<ResolvedOptions, 'content' | 'strength' | 'seed'>,
  sourceContent: () => Promise<Float64Array>,
  run: ContentRun,
): Promise<Float64Array> {
  if (strength === 0) return sourceContent();
  const { prompt, picture, blend } = content;
  const ofPrompt = async (sentence: string) =>
    run.stage((engine) => contentOfPrompt(engine, sentence, { ...run, seed }));
  const ofPicture = async (image: NonNullable<typeof picture>) => {
    const rgb = await readPicture(image);
    return run.stage((engine) => contentOfPicture(engine, rgb, run.signal));
  };
  const first = prompt !== undefined && blend < 1 ? await ofPrompt(prompt) : undefined;
  const second = picture !== undefined && blend > 0 ? await ofPicture(picture) : undefined;
  const wanted = first && second ? slerp(first, second, blend) : (first ?? second)!;
  return strength === 1 ? wanted : slerp(await sourceContent(), wanted, strength);
}
