// Clip and result as one: they play, stop and step together. Times are seconds in the clip.
import { icon, requireElement } from '../dom.ts';
import type { Clip } from '../inputs/clip.ts';
import { frameAt, type Part } from '../inputs/part.ts';

/** How far the clip may run apart from the result before it is set right: about two frames. */
const MAX_DRIFT = 0.08;

/** Plays the clip, and a result in step with it. */
export class Player {
  readonly source = requireElement('source', HTMLVideoElement);
  readonly result = requireElement('result', HTMLVideoElement);
  readonly #play = requireElement('play', HTMLButtonElement);
  readonly #sound = requireElement('sound', HTMLButtonElement);
  readonly #time = requireElement('time', HTMLSpanElement);
  readonly #onTime: (time: number) => void;
  #clip: Clip | undefined;
  #part: Part = { start: 0, end: 0 };
  /** Where in the clip the result begins; undefined while there is none. */
  #offset: number | undefined;
  #frameRequest = 0;

  /** `onTime` is told where the clip is whenever that changes. */
  constructor(onTime: (time: number) => void) {
    this.#onTime = onTime;
    const { source, result } = this;
    this.#play.append(icon('play'));
    this.#sound.append(icon('mute'));
    requireElement('previous', HTMLButtonElement).append(icon('previous'));
    requireElement('next', HTMLButtonElement).append(icon('next'));
    requireElement('previous', HTMLButtonElement).addEventListener('click', () => this.step(-1));
    requireElement('next', HTMLButtonElement).addEventListener('click', () => this.step(1));
    this.#play.addEventListener('click', () => this.toggle());
    this.#sound.addEventListener('click', () => this.#setSound(this.#leader.muted));
    for (const video of [source, result]) {
      for (const type of ['play', 'pause'] as const) {
        video.addEventListener(type, () => video === this.#leader && this.#showState());
      }
      for (const type of ['seeking', 'seeked', 'loadedmetadata', 'timeupdate'] as const) {
        video.addEventListener(type, () => video === this.#leader && this.#follow());
      }
    }
  }

  /** Shows a clip without a result. */
  load(clip: Clip, part: Part): void {
    this.#part = part;
    this.clearResult();
    if (this.#clip === clip) return this.#follow();
    this.#clip = clip;
    this.source.src = clip.url;
    this.source.hidden = false;
    this.#sound.hidden = !clip.sound;
    this.#setSound(false);
  }

  /** Shows no clip. */
  unload(): void {
    this.clearResult();
    this.#clip = undefined;
    empty(this.source);
  }

  /** Shows the result at `url`, made of the part that begins at `part.start`, and plays both. */
  showResult(url: string, part: Part): void {
    const unmuted = !this.#leader.muted;
    this.source.pause();
    this.#part = part;
    this.#offset = part.start;
    this.result.src = url;
    this.result.hidden = false;
    this.#setSound(unmuted);
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches) this.play();
  }

  /** Shows the clip alone. */
  clearResult(): void {
    if (this.#offset === undefined) return;
    this.#offset = undefined;
    this.source.pause();
    empty(this.result);
    this.#showState();
  }

  /** The part that plays in a loop while there is no result. */
  set part(part: Part) {
    if (this.#offset === undefined) this.#part = part;
  }

  /** Where in the clip the picture is. */
  get time(): number {
    return this.#offset === undefined ? this.source.currentTime : this.#offset + this.result.currentTime;
  }

  play(): void {
    const { source } = this;
    const outside = source.currentTime < this.#part.start || source.currentTime >= this.#part.end;
    if (this.#offset === undefined && outside) source.currentTime = this.#part.start;
    void this.#leader.play().catch(() => undefined); // a pause may come before it has begun
  }

  pause(): void {
    this.#leader.pause();
  }

  toggle(): void {
    if (this.#leader.paused) this.play();
    else this.pause();
  }

  /** Rests at `time`. */
  seek(time: number): void {
    this.pause();
    if (this.#offset === undefined) this.source.currentTime = time;
    else {
      const last = Math.max(0, (this.result.duration || 0) - 1e-3);
      this.result.currentTime = Math.min(last, Math.max(0, time - this.#offset));
    }
  }

  /** Rests `frames` of the clip further on, or back. */
  step(frames: number): void {
    const times = this.#clip?.times;
    if (!times) return;
    const index = frameAt(times, this.time + 1e-4) + frames;
    // A little later than the frame begins: rounding must not show the one before.
    this.seek((times[Math.min(times.length - 1, Math.max(0, index))] ?? 0) + 2e-4);
  }

  get #leader(): HTMLVideoElement {
    return this.#offset === undefined ? this.source : this.result;
  }

  #setSound(on: boolean): void {
    this.result.muted = this.source.muted = true;
    this.#leader.muted = !on;
    this.#sound.ariaPressed = String(on);
    this.#sound.replaceChildren(icon(on ? 'sound' : 'mute'));
  }

  #showState(): void {
    const { paused } = this.#leader;
    this.#play.replaceChildren(icon(paused ? 'play' : 'pause'));
    this.#play.ariaLabel = paused ? 'Play' : 'Pause';
    if (paused && this.#offset !== undefined) this.source.pause();
    this.#follow();
    cancelAnimationFrame(this.#frameRequest);
    if (!paused) this.#watch();
  }

  #watch(): void {
    this.#frameRequest = requestAnimationFrame(() => {
      this.#follow();
      this.#watch();
    });
  }

  /** The result leads, the clip follows; a clip alone goes round in its part. */
  #follow(): void {
    const { source, result, time } = this;
    this.#time.textContent = `${time.toFixed(2)} / ${(this.#clip?.duration ?? 0).toFixed(2)} s`;
    this.#onTime(time);
    if (this.#offset === undefined) {
      if (!source.paused && time >= this.#part.end - 0.02) source.currentTime = this.#part.start;
      return;
    }
    if (Math.abs(source.currentTime - time) > (result.paused ? 1e-3 : MAX_DRIFT)) source.currentTime = time;
    // At its end the clip stops, and has to be started when the result begins again.
    if (!result.paused && source.paused && !source.ended) void source.play().catch(() => undefined);
  }
}

function empty(video: HTMLVideoElement): void {
  video.hidden = true;
  video.removeAttribute('src');
  video.load();
}
