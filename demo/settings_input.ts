// The settings of an edit. An empty field leaves the choice to the engine, which knows the model and the device.
import type { EditOptions } from '../src/index.ts';
import { requireElement } from './dom.ts';

const NAMES = ['structure', 'temporal', 'guidance', 'steps', 'seed', 'fps', 'start', 'duration'] as const;

/** The options that settings can set. */
export type Settings = Pick<EditOptions, (typeof NAMES)[number]>;

/** The part of the page with the settings. */
export class SettingsInput {
  readonly #details = requireElement('settings', HTMLDetailsElement);
  readonly #fields = NAMES.map((name) => requireElement(name, HTMLInputElement));

  constructor() {
    for (const field of this.#fields) field.addEventListener('input', () => this.#showValues());
    requireElement('reset', HTMLButtonElement).addEventListener('click', () => {
      for (const field of this.#fields) field.value = field.defaultValue;
      this.#showValues();
    });
    this.#showValues();
  }

  /** The settings; undefined, with the browser's own word at the first field at fault, where one is out of range. */
  read(): Settings | undefined {
    const wrong = this.#fields.find((field) => !field.checkValidity());
    if (wrong) {
      this.#details.open = true;
      wrong.reportValidity();
      return undefined;
    }
    const given = this.#fields.filter((field) => field.value !== '');
    return Object.fromEntries(given.map((field) => [field.id, field.valueAsNumber]));
  }

  #showValues(): void {
    for (const output of this.#details.querySelectorAll('output')) {
      output.value = requireElement(output.htmlFor.value, HTMLInputElement).value;
    }
  }
}
