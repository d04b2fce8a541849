// The settings as fields: sliders in plain words with the paper's symbols, and under "More" what few people change.
// The form is also the judge of what is valid: a link's numbers go through it like typed ones.
import { icon, make, requireElement } from '../dom.ts';
import { DEFAULTS, type Settings } from '../state/settings.ts';
import { withSymbols } from '../symbols.ts';

interface Slider {
  readonly name: 'structure' | 'temporal' | 'guidance' | 'strength' | 'blend';
  /** With the paper's symbol, where it has one. */
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly ends: readonly [low: string, high: string];
  /** Whether the slider's right end is the smallest value. */
  readonly reversed?: boolean;
}

const SLIDERS: readonly Slider[] = [
  {
    name: 'blend',
    label: 'Sentence or picture',
    ...{ min: 0, max: 1, step: 0.05 },
    ends: ['sentence', 'picture'],
  },
  {
    name: 'structure',
    label: 'Structure kept t_s',
    ...{ min: 0, max: 7, step: 1, reversed: true },
    ends: ['roughly', 'exactly'],
  },
  {
    name: 'temporal',
    label: 'Smoothness ω_t',
    ...{ min: 0, max: 2, step: 0.05 },
    ends: ['sharp, lively', 'smooth, steady'],
  },
  {
    name: 'guidance',
    label: 'Obedience ω',
    ...{ min: 0, max: 15, step: 0.5 },
    ends: ['free', 'to the letter'],
  },
  {
    name: 'strength',
    label: 'Style strength',
    ...{ min: 0, max: 1, step: 0.05 },
    ends: ["the clip's own look", 'all new'],
  },
];

interface NumberField {
  readonly name: 'steps' | 'seed' | 'fps';
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number | 'any';
  readonly hint: string;
}

const FIELDS: readonly NumberField[] = [
  { name: 'steps', label: 'Steps', min: 1, max: 1000, step: 1, hint: 'More take longer and look finer.' },
  {
    name: 'seed',
    label: 'Seed',
    ...{ min: 0, max: Number.MAX_SAFE_INTEGER, step: 1 },
    hint: 'The same seed gives the same video.',
  },
  {
    name: 'fps',
    label: 'Frames per second',
    ...{ min: 0.1, max: 1000, step: 'any' },
    hint: "Left empty: all the clip's frames on a GPU, 4 a second without one.",
  },
];

/** The part of the page with the settings that are words and numbers. */
export class SettingsForm {
  readonly #form = requireElement('request', HTMLFormElement);
  readonly #more: HTMLDetailsElement;
  readonly #inputs = new Map<keyof Settings, HTMLInputElement>();
  readonly #prompt = requireElement('prompt', HTMLTextAreaElement);
  readonly #sliders = new Map(SLIDERS.map((slider) => [slider.name as string, slider]));
  /** Set by the trim handles. */
  part: Pick<Settings, 'start' | 'duration'> = { start: DEFAULTS.start, duration: DEFAULTS.duration };

  /** `onChange` is called when the person has changed a setting. */
  constructor(onChange: () => void) {
    this.#more = this.#form.querySelector('details')!;
    requireElement('sliders', HTMLDivElement).append(...SLIDERS.map((slider) => this.#slider(slider)));
    requireElement('fields', HTMLDivElement).append(...FIELDS.flatMap((field) => this.#field(field)));
    this.#form.addEventListener('input', () => {
      this.#showValues();
      onChange();
    });
    requireElement('reset', HTMLButtonElement).addEventListener('click', () => {
      this.write({ ...DEFAULTS, prompt: this.#prompt.value, ...this.part });
      onChange();
    });
    this.blending = false;
    this.write(DEFAULTS);
  }

  /** Whether there is a picture that can be blended with the sentence. */
  set blending(on: boolean) {
    this.#inputs.get('blend')!.parentElement!.hidden = !on;
  }

  /** The settings; undefined, with the browser's own word at the first field at fault, where one is out of range. */
  read(): Settings | undefined {
    const wrong = this.#wrong;
    if (!wrong) return this.peek();
    this.#more.open = true;
    wrong.reportValidity();
    return undefined;
  }

  /** The settings as they stand; undefined where one is out of range, and not a word about it. */
  peek(): Settings | undefined {
    if (this.#wrong) return undefined;
    const numbers = [...this.#inputs].map(([name, input]) => {
      const value = input.value === '' ? undefined : input.valueAsNumber;
      return [name, this.#turned(name, value)];
    });
    return {
      ...DEFAULTS,
      ...(Object.fromEntries(numbers) as Partial<Settings>),
      prompt: this.#prompt.value,
      ...this.part,
    };
  }

  /** Shows `settings`; what it does not name stays as it is, what is out of range goes back to its default. */
  write(settings: Partial<Settings>): void {
    const { prompt, start = this.part.start } = settings;
    if (prompt !== undefined) this.#prompt.value = prompt;
    this.part = { start, duration: 'duration' in settings ? settings.duration : this.part.duration };
    for (const [name, input] of this.#inputs) {
      if (!(name in settings)) continue;
      input.value = String(this.#turned(name, settings[name] as number | undefined) ?? '');
      if (!input.checkValidity()) input.value = String(this.#turned(name, DEFAULTS[name] as number) ?? '');
    }
    this.#showValues();
  }

  get #wrong(): HTMLInputElement | undefined {
    return [...this.#inputs.values()].find((input) => !input.checkValidity());
  }

  #turned(name: string, value: number | undefined): number | undefined {
    const slider = this.#sliders.get(name);
    return slider?.reversed && value !== undefined ? slider.min + slider.max - value : value;
  }

  #slider({ name, label, min, max, step, ends }: Slider): HTMLDivElement {
    const input = make('input', { id: name, type: 'range', min: `${min}`, max: `${max}`, step: `${step}` });
    input.setAttribute('aria-describedby', `${name}-ends`);
    this.#inputs.set(name, input);
    const output = make('output', { id: `${name}-value` });
    const [low, high] = ends;
    const box = make('div', { className: 'slider' });
    box.append(
      make('label', { htmlFor: name }, ...withSymbols(label)),
      output,
      input,
      make('span', { className: 'ends', id: `${name}-ends` }, make('span', {}, low), make('span', {}, high)),
    );
    return box;
  }

  #field({ name, label, min, max, step, hint }: NumberField): HTMLElement[] {
    const input = make('input', { id: name, type: 'number', min: `${min}`, max: `${max}`, step: `${step}` });
    input.required = DEFAULTS[name] !== undefined;
    input.placeholder = 'auto';
    input.setAttribute('aria-describedby', `${name}-hint`);
    this.#inputs.set(name, input);
    const words = make('span', { className: 'hint', id: `${name}-hint`, textContent: hint });
    const title = make('label', { htmlFor: name, textContent: label });
    if (name !== 'seed') return [title, input, words];
    const dice = make(
      'button',
      { type: 'button', className: 'icon', ariaLabel: 'Another seed' },
      icon('dice'),
    );
    dice.addEventListener('click', () => {
      input.value = String(Math.floor(Math.random() * 1e6));
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
    return [title, input, dice, words];
  }

  #showValues(): void {
    for (const { name } of SLIDERS) {
      const value = this.#turned(name, this.#inputs.get(name)!.valueAsNumber);
      requireElement(`${name}-value`, HTMLOutputElement).value = String(value);
      this.#inputs.get(name)!.ariaValueText = String(value);
    }
  }
}
