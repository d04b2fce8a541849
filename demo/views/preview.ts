// The frames of the window that is being denoised, where the result will be: a linear guess of all of them, played in a
// loop, and every few steps one of them as the autoencoder draws it.
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
    const { width, height } = preview.decoded ?? preview;
    Object.assign(this.#canvas, { width, height });
    this.#canvas.className = preview.decoded ? '' : 'latent';
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
    const { width, height, frames, rgba, decoded } = this.#preview;
    if (decoded) return this.#put(new ImageData(decoded.rgba, decoded.width, decoded.height));
    const frame = this.#still.matches ? 0 : Math.floor(performance.now() / FRAME_MS) % frames;
    const size = 4 * width * height;
    this.#put(new ImageData(rgba.slice(frame * size, (frame + 1) * size), width, height));
  }

  #put(picture: ImageData): void {
    this.#canvas.getContext('2d', { willReadFrequently: true })?.putImageData(picture, 0, 0);
  }
}
