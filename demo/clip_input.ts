// The clip to edit: picked, dropped, or one of the samples; looked into at once, shown, and described in words.
import { demux, type Movie } from '../src/codec/index.ts';
import { requireElement } from './dom.ts';
import { messageOf } from './errors.ts';
import { fileInput } from './file_input.ts';
import { type Sample, SAMPLES } from './samples.ts';

/** A clip that can be edited. */
export interface Clip {
  readonly file: Blob;
  /** File name without its extension. */
  readonly name: string;
  /** Width to height as shown. */
  readonly aspect: number;
}

/** Called with the clip that is to be edited; undefined while there is none, as after a file that can't be read. */
export type OnClip = (clip: Clip | undefined) => void;

/** The part of the page where the clip comes from. */
export class ClipInput {
  readonly video = requireElement('source', HTMLVideoElement);
  readonly #choice = requireElement('clip-choice', HTMLFieldSetElement);
  readonly #status = requireElement('clip-status', HTMLParagraphElement);
  readonly #onClip: OnClip;
  #opening = new AbortController();
  #url: string | undefined;

  /** `onSample` is told of a sample's button before its clip is there. */
  constructor(onClip: OnClip, onSample: (sample: Sample) => void) {
    this.#onClip = onClip;
    const zone = requireElement('clip-zone', HTMLDivElement);
    fileInput(requireElement('clip', HTMLInputElement), zone, (file) => {
      void this.#open(file.name, () => Promise.resolve(file));
    });
    for (const sample of SAMPLES) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = sample.name;
      button.addEventListener('click', () => {
        onSample(sample);
        void this.#open(`${sample.name}.mp4`, (signal) => fetchClip(sample.url, signal));
      });
      this.#choice.append(button);
    }
  }

  /** Whether another clip may be chosen: not while one is edited, whose result belongs beside it. */
  set enabled(on: boolean) {
    this.#choice.disabled = !on;
  }

  /** The last clip that was chosen wins, whichever is read first. */
  async #open(name: string, read: (signal: AbortSignal) => Promise<Blob>): Promise<void> {
    this.#opening.abort();
    const { signal } = (this.#opening = new AbortController());
    this.#onClip(undefined);
    this.#tell(`Reading ${name} …`);
    try {
      const file = await read(signal);
      const movie = await demux(file, { signal });
      this.#show(name, file);
      this.#tell(`${name}: ${describe(movie)}`);
      const { displayWidth, displayHeight } = movie.video;
      this.#onClip({ file, name: name.replace(/\.[^.]*$/, ''), aspect: displayWidth / displayHeight });
    } catch (error) {
      if (signal.aborted) return;
      this.#hide();
      this.#tell(`${name} can't be edited. ${messageOf(error).text}`, true);
    }
  }

  #tell(text: string, fault = false): void {
    this.#status.textContent = text;
    this.#status.classList.toggle('fault', fault);
  }

  #show(name: string, file: Blob): void {
    this.#hide();
    this.#url = URL.createObjectURL(file);
    this.video.src = this.#url;
    this.video.hidden = false;
    this.video.setAttribute('aria-label', `Your clip, ${name}`);
  }

  #hide(): void {
    this.video.hidden = true;
    this.video.removeAttribute('src');
    this.video.load();
    if (this.#url !== undefined) URL.revokeObjectURL(this.#url);
    this.#url = undefined;
  }
}

function describe({ video, audio }: Movie): string {
  const seconds = video.duration / video.timescale;
  const sound = audio.length > 0 ? 'with sound' : 'silent';
  return `${video.displayWidth}×${video.displayHeight}, ${video.frames.length} frames in ${seconds.toFixed(1)} s, ${sound}.`;
}

async function fetchClip(url: URL, signal: AbortSignal): Promise<Blob> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`The page's server answered with status ${response.status}.`);
  return await response.blob();
}
