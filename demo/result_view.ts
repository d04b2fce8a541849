// The result beside its source: both play as one, and the file can be saved.
import { durationText, type EditResult } from '../src/index.ts';
import type { Clip } from './clip_input.ts';
import { requireElement } from './dom.ts';

/** How far the source may run apart from the result before it is set right: about two frames. */
const MAX_DRIFT = 0.08;

/** The part of the page that shows a finished edit. */
export class ResultView {
  readonly #video = requireElement('result', HTMLVideoElement);
  readonly #transport = requireElement('transport', HTMLDivElement);
  readonly #done = requireElement('done', HTMLDivElement);
  readonly #save = requireElement('save', HTMLAnchorElement);
  readonly #play = requireElement('play', HTMLButtonElement);
  readonly #seek = requireElement('seek', HTMLInputElement);
  readonly #time = requireElement('time', HTMLSpanElement);
  readonly #source: HTMLVideoElement;
  #start = 0;
  #url: string | undefined;

  constructor(source: HTMLVideoElement) {
    this.#source = source;
    const result = this.#video;
    this.#play.addEventListener('click', () => {
      if (result.paused) void result.play();
      else result.pause();
    });
    this.#seek.addEventListener('input', () => (result.currentTime = this.#seek.valueAsNumber));
    result.addEventListener('loadedmetadata', () => (this.#seek.max = String(result.duration)));
    for (const type of ['timeupdate', 'seeking', 'loadedmetadata'] as const) {
      result.addEventListener(type, () => this.#follow());
    }
    result.addEventListener('play', () => {
      this.#play.textContent = 'Pause';
      this.#follow();
    });
    result.addEventListener('pause', () => {
      this.#play.textContent = 'Play both';
      source.pause();
      this.#follow();
    });
  }

  /** Shows `result`, made of `clip` from `start` seconds on, and plays it. */
  show({ video, frames, seconds }: EditResult, clip: Clip, start: number): void {
    this.clear();
    this.#start = start;
    this.#url = URL.createObjectURL(video);
    this.#video.src = this.#url;
    this.#video.hidden = this.#transport.hidden = this.#done.hidden = false;
    this.#source.controls = false; // one set of controls for both
    this.#save.href = this.#url;
    this.#save.download = `${clip.name}-refilm.mp4`;
    requireElement('facts', HTMLSpanElement).textContent =
      `${frames} ${frames === 1 ? 'frame' : 'frames'} in ${durationText(seconds)}, ${(video.size / 1e6).toFixed(2)} MB`;
    void this.#video.play().catch(() => undefined); // with sound, a browser may want a click first
  }

  /** Removes the result. */
  clear(): void {
    this.#video.hidden = this.#transport.hidden = this.#done.hidden = true;
    this.#video.removeAttribute('src');
    this.#video.load();
    this.#source.pause();
    this.#source.controls = true;
    if (this.#url !== undefined) URL.revokeObjectURL(this.#url);
    this.#url = undefined;
  }

  /** The result leads, the source follows. */
  #follow(): void {
    if (this.#url === undefined) return; // an event of a result that has been removed
    const { currentTime, duration, paused } = this.#video;
    this.#seek.value = String(currentTime);
    this.#time.textContent = `${currentTime.toFixed(1)} / ${(duration || 0).toFixed(1)} s`;
    const wanted = this.#start + currentTime;
    const apart = Math.abs(this.#source.currentTime - wanted);
    if (apart > (paused ? 0 : MAX_DRIFT)) this.#source.currentTime = wanted;
    // At its end the source stops, and has to be started when the result begins again.
    if (!paused && this.#source.paused && !this.#source.ended) {
      void this.#source.play().catch(() => undefined); // a pause may come before it has begun
    }
  }
}
