// What an edit keeps of its steps, on the CPU: enough to weigh its predictions anew (after/mix.ts).

import type { Evaluation, FrameWindow } from '../../sampler/index.ts';
import { WeightsError } from '../../net/errors.ts';
import { type ByteSource, sameSource } from '../../net/source.ts';
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
  /** Fine-tuned weights that the steps were made with. */
  #unet: ByteSource | undefined;

  /** Called once, before the first window. */
  begin(
    { guidance, temporal }: Pick<ResolvedOptions, 'guidance' | 'temporal'>,
    content: ArrayLike<number>,
    unet: ByteSource | undefined,
  ): void {
    this.guidance = guidance;
    this.temporal = temporal;
    this.content = content;
    this.#unet = unet;
  }

  /**
   * Throws WeightsError where `unet`, the fine-tuned weights that are laid over the model now, are others than the steps
   * were made with: what they say would be mixed with what another model said.
   */
  async checkWeights(unet: ByteSource | undefined): Promise<void> {
    if (await sameSource(unet, this.#unet)) return;
    const named = (source: ByteSource | undefined): string => source?.name ?? "the model's own";
    throw new WeightsError({
      file: 'UNet',
      expected: `the weights that this result was made with (${named(this.#unet)}), as its predictions are not all made yet`,
      got: `${named(unet)}: go back by customize(), or edit again`,
    });
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
