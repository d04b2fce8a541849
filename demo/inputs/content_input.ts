// What the video shall show: a sentence, with examples to click, or a picture.
import { make, requireElement } from '../dom.ts';
import type { RequestFiles } from '../state/settings.ts';
import { fileInput } from './file_input.ts';
import { EXAMPLES } from './samples.ts';

/** The part of the page that says the content. */
export class ContentInput {
  readonly #prompt = requireElement('prompt', HTMLTextAreaElement);
  readonly #empty = requireElement('picture-empty', HTMLSpanElement);
  readonly #view = requireElement('picture-view', HTMLImageElement);
  readonly #remove = requireElement('picture-remove', HTMLButtonElement);
  readonly #onChange: () => void;
  #picture: Blob | undefined;

  /** `onChange` is called when the content has changed in any way. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
    const zone = requireElement('picture-zone', HTMLDivElement);
    fileInput(requireElement('picture', HTMLInputElement), zone, (file) => void this.setPicture(file));
    this.#remove.addEventListener('click', () => {
      void this.setPicture(undefined);
      requireElement('picture', HTMLInputElement).focus();
    });
    this.#prompt.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#prompt.form?.requestSubmit();
    });
    requireElement('examples', HTMLDivElement).append(
      ...Object.entries(EXAMPLES).map(([name, example]) => {
        const chip = make('button', { type: 'button', className: 'chip', textContent: name, title: example });
        chip.addEventListener('click', () => this.#write(example));
        return chip;
      }),
    );
  }

  /** The picture, if one has been chosen. */
  get files(): RequestFiles {
    return this.#picture ? { picture: this.#picture } : {};
  }

  /** Fills in a sentence, unless the person has written one of their own. */
  suggest(prompt: string): void {
    const { value } = this.#prompt;
    if (value.trim() === '' || Object.values(EXAMPLES).includes(value)) this.#write(prompt);
  }

  /** Puts the cursor where the content is missing. */
  focus(): void {
    this.#prompt.focus();
  }

  /** Shows a picture, or none. */
  async setPicture(picture: Blob | undefined): Promise<void> {
    URL.revokeObjectURL(this.#view.src);
    this.#picture = picture;
    this.#view.hidden = this.#remove.hidden = picture === undefined;
    this.#empty.textContent = 'or by a picture';
    this.#empty.classList.remove('fault');
    this.#onChange();
    if (!picture) return;
    this.#view.src = URL.createObjectURL(picture);
    this.#view.alt = `The chosen picture${picture instanceof File ? `, ${picture.name}` : ''}`;
    const readable = await this.#view.decode().then(
      () => true,
      () => false,
    );
    if (readable || this.#picture !== picture) return; // another one may have been chosen meanwhile
    await this.setPicture(undefined);
    const name = picture instanceof File ? picture.name : 'That';
    this.#empty.textContent = `${name} is no picture. Choose a PNG, JPEG or WebP.`;
    this.#empty.classList.add('fault');
  }

  #write(prompt: string): void {
    this.#prompt.value = prompt;
    this.#prompt.dispatchEvent(new Event('input', { bubbles: true }));
  }
}
