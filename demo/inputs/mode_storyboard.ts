// Storyboard: stills with times become a moving clip, which is then refilmed like any other.
import { storyboard } from '../../src/index.ts';
import { button } from '../controls.ts';
import { make } from '../dom.ts';
import { messageOf } from '../errors.ts';
import { film } from '../state/film.ts';
import { filesInput } from './file_input.ts';
import type { ModePanel } from './mode_tabs.ts';

const FPS = 8;

interface Still {
  readonly file: File;
  readonly item: HTMLLIElement;
  readonly time: HTMLInputElement;
}

/** The mode's inputs. */
export class StoryboardMode implements ModePanel {
  readonly mode = 'storyboard';
  readonly element = make('div', { className: 'mode-inputs' });
  readonly #list = make('ul', { id: 'stills', className: 'stills' });
  readonly #status = make('p', { id: 'storyboard-status', className: 'quiet', role: 'status' });
  readonly #length = make('input', {
    id: 'storyboard-length',
    type: 'number',
    min: '0.25',
    max: '60',
    step: '0.25',
    value: '2',
  });
  #stills: Still[] = [];

  /** `onFilm` takes the clip that the stills make. */
  constructor(onFilm: (film: File) => void) {
    const input = make('input', { id: 'still', type: 'file', multiple: true, accept: 'image/*' });
    const pick = make('label', { className: 'button' }, 'Add stills', input);
    filesInput(input, this.element, (files) => {
      for (const file of files) void this.#add(file);
    });
    const lay = button('Lay them out', () => {
      lay.disabled = true;
      void this.#layOut(onFilm).finally(() => (lay.disabled = false));
    });
    lay.id = 'lay-out';
    const length = make('label', { className: 'check' }, 'Seconds in all ', this.#length);
    this.#length.style.width = '5rem';
    this.element.append(this.#list, make('div', { className: 'row' }, pick, length, lay), this.#status);
  }

  async #add(file: File): Promise<void> {
    const picture = make('img', { src: URL.createObjectURL(file), alt: file.name });
    try {
      await picture.decode();
    } catch {
      this.#status.textContent = `${file.name} is no picture that this browser can read.`;
      return;
    }
    const at = this.#stills.length === 0 ? 0 : this.#stills.at(-1)!.time.valueAsNumber + 0.5;
    const time = make('input', { type: 'number', min: '0', max: '60', step: '0.05', value: String(at) });
    time.ariaLabel = `Seconds at which ${file.name} is shown`;
    const remove = button('×', () => this.#remove(file), 'icon small');
    remove.ariaLabel = `Remove ${file.name}`;
    const item = make('li', {}, picture, time, 's', remove);
    this.#stills.push({ file, item, time });
    this.#list.append(item);
    this.#length.value = String(Math.max(Number(this.#length.value), at + 0.5));
    this.#status.textContent = '';
  }

  #remove(file: File): void {
    this.#stills.find((still) => still.file === file)?.item.remove();
    this.#stills = this.#stills.filter((still) => still.file !== file);
  }

  async #layOut(onFilm: (film: File) => void): Promise<void> {
    if (this.#stills.length === 0) return void (this.#status.textContent = 'Add a still first.');
    this.#status.textContent = 'Laying them out …';
    try {
      const cards = this.#stills
        .map(({ file, time }) => ({ image: file, time: time.valueAsNumber }))
        .sort((a, b) => a.time - b.time);
      const options = { duration: this.#length.valueAsNumber, fps: FPS };
      onFilm(new File([await film(storyboard(cards, options), FPS)], 'storyboard.mp4'));
      this.#status.textContent = 'Laid out: say what it shall become.';
    } catch (error) {
      this.#status.textContent = messageOf(error).text;
    }
  }
}
