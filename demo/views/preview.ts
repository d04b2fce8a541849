// The frames of the window that is being denoised, played in a loop where the result will be.
import type { LatentPreview } from '../../src/index.ts';
import { requireElement } from '../dom.ts';

const FRAME_MS = 250;

/** The canvas that stands in for the result until it is there. */
export class PreviewView {
  readonly #canvas = requireElement('preview', HTMLCanvasElement);
  readonly #still = matchMedia('(prefers-reduced-motion: reduce)');
  #preview: LatentPreview | undefined;
  #timer: number | undefined;

  /** Plays `preview` from now on; only its first frame for people who want less motion. */
  show(preview: LatentPreview): void {
    this.#preview = preview;
    this.#canvas.width = preview.width;
    this.#canvas.height = preview.height;
    this.#canvas.className = 'latent';
    this.#canvas.hidden = false;
    this.#draw();
    this.#timer ??= window.setInterval(() => this.#draw(), FRAME_MS);
  }

  /** Removes the preview. */
  clear(): void {
    window.clearInterval(this.#timer);
    this.#timer = undefined;
    this.#preview = undefined;
    this.#canvas.hidden = true;
  }

  #draw(): void {
    if (!this.#preview) return;
    const { width, height, frames, rgba } = this.#preview;
    const frame = this.#still.matches ? 0 : Math.floor(performance.now() / FRAME_MS) % frames;
    const size = 4 * width * height;
    const picture = new ImageData(rgba.slice(frame * size, (frame + 1) * size), width, height);
    this.#canvas.getContext('2d', { willReadFrequently: true })?.putImageData(picture, 0, 0);
  }
}
