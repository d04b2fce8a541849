// The clip to edit: picked, dropped, pasted, filmed, or one of the samples; looked into at once.
import { make, requireElement } from '../dom.ts';
import { messageOf } from '../errors.ts';
import { type Clip, describeClip, probeClip } from './clip.ts';
import { fileInput } from './file_input.ts';
import { type Sample, SAMPLES } from './samples.ts';
import { filmClip } from './webcam.ts';

/** What happens where the clip comes from. */
export interface ClipEvents {
  /** There is a clip, or after a file that can't be read, none. */
  readonly onClip: (clip: Clip | undefined) => void;
  /** A sample was chosen; its clip is not there yet. */
  readonly onSample: (sample: Sample) => void;
}

/** The part of the page where the clip comes from. */
export class ClipInput {
  readonly #welcome = requireElement('welcome', HTMLDivElement);
  readonly #screen = requireElement('screen', HTMLDivElement);
  readonly #status = requireElement('clip-status', HTMLParagraphElement);
  readonly #change = requireElement('change', HTMLButtonElement);
  readonly #keep = requireElement('keep', HTMLButtonElement);
  readonly #events: ClipEvents;
  #opening = new AbortController();

  constructor(events: ClipEvents) {
    this.#events = events;
    fileInput(requireElement('clip', HTMLInputElement), this.#screen, (file) => this.take(file));
    requireElement('samples', HTMLUListElement).append(...SAMPLES.map((sample) => this.#sampleItem(sample)));
    this.#change.addEventListener('click', () => this.#ask(true));
    this.#keep.addEventListener('click', () => this.#ask(false));
    requireElement('webcam', HTMLButtonElement).addEventListener('click', () => {
      void filmClip().then((film) => film && this.take(film));
    });
    this.#ask(true);
    this.#change.hidden = this.#keep.hidden = true;
  }

  /** Takes a file as the clip. */
  take(file: File): void {
    void this.#open({ name: file.name, read: () => Promise.resolve(file) });
  }

  /** Takes the sample of that name, if there is one. */
  takeSample(name: string): void {
    const sample = SAMPLES.find((each) => each.name === name);
    if (sample) void this.#openSample(sample);
  }

  /** Shows a clip that is known already. */
  show(clip: Clip): void {
    this.#opening.abort();
    this.#ask(false);
    this.#change.hidden = this.#keep.hidden = false;
    requireElement('clip-name', HTMLHeadingElement).textContent = clip.name;
    this.#tell(describeClip(clip));
  }

  #sampleItem(sample: Sample): HTMLLIElement {
    const video = make('video', {
      muted: true,
      loop: true,
      playsInline: true,
      src: sample.url.href,
      tabIndex: -1,
    });
    video.setAttribute('aria-hidden', 'true');
    const button = make('button', { type: 'button' }, video, sample.name);
    button.addEventListener('click', () => void this.#openSample(sample));
    for (const type of ['mouseenter', 'focus'] as const)
      button.addEventListener(type, () => void video.play().catch(() => undefined));
    for (const type of ['mouseleave', 'blur'] as const) button.addEventListener(type, () => video.pause());
    return make('li', {}, button);
  }

  async #openSample(sample: Sample): Promise<void> {
    this.#events.onSample(sample);
    const { name, url } = sample;
    await this.#open({ name: `${name}.mp4`, sample: name, read: (signal) => fetchClip(url, signal) });
  }

  /** The last clip that was chosen wins, whichever is read first. */
  async #open(choice: {
    readonly name: string;
    readonly sample?: string;
    readonly read: (signal: AbortSignal) => Promise<Blob>;
  }): Promise<void> {
    const { name, sample, read } = choice;
    this.#opening.abort();
    const { signal } = (this.#opening = new AbortController());
    this.#tell(`Reading ${name} …`);
    try {
      const clip = await probeClip(await read(signal), { name, sample }, signal);
      if (signal.aborted) return;
      this.show(clip);
      this.#events.onClip(clip);
    } catch (error) {
      if (signal.aborted) return;
      this.#events.onClip(undefined);
      requireElement('clip-name', HTMLHeadingElement).textContent = 'Your clip';
      this.#ask(true);
      this.#change.hidden = this.#keep.hidden = true;
      this.#tell(`${name} can't be edited. ${messageOf(error).text}`, true);
    }
  }

  /** Asks for a clip, in front of the one that there may be. */
  #ask(on: boolean): void {
    const focused = document.activeElement;
    this.#welcome.hidden = !on;
    this.#screen.classList.toggle('empty', on);
    this.#change.disabled = on;
    if (on && focused === this.#change) requireElement('clip', HTMLInputElement).focus();
    else if (!on && this.#welcome.contains(focused)) this.#change.focus();
  }

  #tell(text: string, fault = false): void {
    this.#status.textContent = text;
    this.#status.classList.toggle('fault', fault);
  }
}

async function fetchClip(url: URL, signal: AbortSignal): Promise<Blob> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`The page's server answered with status ${response.status}.`);
  return await response.blob();
}
