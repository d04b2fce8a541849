// What an edit keeps of its steps, on the CPU: enough to weigh its predictions anew (after/mix.ts).

import type { Evaluation, FrameWindow } from '../../sampler/index.ts';
import type { ResolvedOptions } from '../ask/options.ts';
import type { WindowStart } from './denoiser.ts';

/** One step: where it led, and what each evaluation said, `[frames, h/16, w/16, c]` each. */
export interface KeptStep {
  readonly latents: Float32Array;
  /** More are put in when they are first asked for. */
  readonly terms: Map<Evaluation, Float32Array>;
}

/** One window: how it began, and its steps. */
export interface KeptWindow {
  readonly window: FrameWindow;
  readonly start: Omit<WindowStart, 'latents' | 'signal'>;
  readonly steps: KeptStep[];
}

/** A whole edit. */
export class KeptRun {
  readonly windows: KeptWindow[] = [];
  /** ω and ω_t that the steps were made with. */
  guidance = NaN;
  temporal = NaN;
  content: ArrayLike<number> = [];

  /** Called once, before the first window. */
  begin(
    { guidance, temporal }: Pick<ResolvedOptions, 'guidance' | 'temporal'>,
    content: ArrayLike<number>,
  ): void {
    this.guidance = guidance;
    this.temporal = temporal;
    this.content = content;
  }

  /** Bytes of all that is kept. */
  get bytes(): number {
    let bytes = 0;
    for (const { start, steps } of this.windows) {
      const { structure, held, region } = start;
      for (const array of [structure, held, region?.source, region?.mask]) bytes += array?.byteLength ?? 0;
      for (const { latents, terms } of steps) {
        bytes += latents.byteLength;
        for (const { byteLength } of terms.values()) bytes += byteLength;
      }
    }
    return bytes;
  }
}
