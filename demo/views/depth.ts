// The clip's depth as the engine sees it, in place of the picture; asked for when somebody looks.
import type { ClipPictures } from '../../src/index.ts';
import { requireElement } from '../dom.ts';
import { messageOf } from '../errors.ts';
import type { Clip } from '../inputs/clip.ts';
import { frameAt } from '../inputs/part.ts';

/** Asks the engine for the depth of the clip's chosen part. */
export type LookAtDepth = (signal: AbortSignal) => Promise<ClipPictures>;

/** The depth view. */
export class DepthView {
  readonly #canvas = requireElement('depth', HTMLCanvasElement);
  readonly #status = requireElement('depth-status', HTMLParagraphElement);
  readonly #look: LookAtDepth;
  #clip: Clip | undefined;
  #maps: ClipPictures | undefined;
  #work: AbortController | undefined;
  #time = 0;

  constructor(look: LookAtDepth) {
    this.#look = look;
  }

  /** Another clip is on the screen: what is known is of the one before. */
  load(clip: Clip): void {
    if (clip === this.#clip) return;
    this.#clip = clip;
    this.#maps = undefined;
    this.#work?.abort();
    this.#work = undefined;
    this.shown = !this.#canvas.hidden;
  }

  set shown(on: boolean) {
    this.#canvas.hidden = !on;
    this.#status.hidden = !on || this.#maps !== undefined;
    if (on && !this.#maps && this.#clip) void this.#fetch();
    this.#draw();
  }

  set time(time: number) {
    this.#time = time;
    if (!this.#canvas.hidden) this.#draw();
  }

  async #fetch(): Promise<void> {
    if (this.#work) return;
    const work = (this.#work = new AbortController());
    this.#status.textContent = 'Looking at the depth of the clip …';
    try {
      const maps = await this.#look(work.signal);
      if (work.signal.aborted) return;
      this.#maps = maps;
      this.#status.hidden = true;
      this.#draw();
    } catch (error) {
      if (!work.signal.aborted) this.#status.textContent = messageOf(error).text;
    } finally {
      if (this.#work === work) this.#work = undefined;
    }
  }

  #draw(): void {
    if (!this.#maps || this.#canvas.hidden) return;
    const { width, height, frames } = this.#maps;
    const frame =
      frames[
        frameAt(
          frames.map(({ time }) => time),
          this.#time + 1e-4,
        )
      ];
    if (!frame) return;
    const rgba = new Uint8ClampedArray(4 * width * height);
    for (const [i, value] of frame.pixels.entries()) rgba.set([value, value, value, 255], 4 * i);
    Object.assign(this.#canvas, { width, height });
    this.#canvas
      .getContext('2d', { willReadFrequently: true })
      ?.putImageData(new ImageData(rgba, width, height), 0, 0);
  }
}
