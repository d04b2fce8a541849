// What the video shall show: a sentence or a picture, one of the two.
import type { EditOptions } from '../src/index.ts';
import { requireElement } from './dom.ts';
import { fileInput } from './file_input.ts';

/** The part of the page that says the content. */
export class ContentInput {
  readonly #prompt = requireElement('prompt', HTMLTextAreaElement);
  readonly #empty = requireElement('picture-empty', HTMLParagraphElement);
  readonly #view = requireElement('picture-view', HTMLImageElement);
  readonly #tabs = [...requireElement('content', HTMLFieldSetElement).querySelectorAll('input')].filter(
    ({ type }) => type === 'radio',
  );
  #picture: File | undefined;
  #typed = false;

  constructor() {
    for (const tab of this.#tabs) tab.addEventListener('change', () => this.#showTab());
    const zone = requireElement('picture-zone', HTMLDivElement);
    fileInput(requireElement('picture', HTMLInputElement), zone, (file) => void this.#show(file));
    this.#prompt.addEventListener('input', () => (this.#typed = this.#prompt.value !== ''));
    this.#prompt.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#prompt.form?.requestSubmit();
    });
  }

  /** Fills in a sentence unless one has been typed. */
  suggest(prompt: string): void {
    if (!this.#typed) this.#prompt.value = prompt;
  }

  /** The options of an edit that say its content; a sentence in words where nothing has been given. */
  read(): Pick<EditOptions, 'prompt' | 'picture'> | string {
    if (this.#mode === 'picture') {
      return this.#picture
        ? { picture: this.#picture }
        : 'Choose the picture that the clip shall look like, or say it in a sentence.';
    }
    const prompt = this.#prompt.value.trim();
    return prompt === '' ? 'Say in a sentence what the clip shall show.' : { prompt };
  }

  /** Puts the cursor where the content is missing. */
  focus(): void {
    if (this.#mode === 'prompt') this.#prompt.focus();
    else requireElement('picture', HTMLInputElement).focus();
  }

  get #mode(): string {
    return this.#tabs.find(({ checked }) => checked)?.value ?? 'prompt';
  }

  #showTab(): void {
    requireElement('prompt-panel', HTMLDivElement).hidden = this.#mode !== 'prompt';
    requireElement('picture-panel', HTMLDivElement).hidden = this.#mode !== 'picture';
  }

  async #show(file: File): Promise<void> {
    URL.revokeObjectURL(this.#view.src);
    this.#picture = file;
    this.#view.src = URL.createObjectURL(file);
    this.#view.alt = `The chosen picture, ${file.name}`;
    const shown = await this.#view.decode().then(
      () => true,
      () => false,
    );
    if (this.#picture !== file) return; // another one has been chosen meanwhile
    this.#view.hidden = !shown;
    if (shown) return;
    this.#picture = undefined;
    this.#empty.textContent = `${file.name} is no picture that this browser can read. Choose a PNG, JPEG or WebP file.`;
  }
}
