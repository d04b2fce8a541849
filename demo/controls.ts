// Controls that several parts of the page are made of.
import { make } from './dom.ts';
import { withSymbols } from './symbols.ts';

/** A choice of one among a few, as buttons that stick together. */
export interface Segments<T extends string> {
  readonly element: HTMLDivElement;
  value: T;
}

let groups = 0;

/** Segments labelled `label`, one for each of `options` (value to title); the first is chosen. */
export function segments<T extends string>(
  label: string,
  options: Readonly<Record<T, string>>,
  onChange: (value: T) => void,
): Segments<T> {
  const name = `segments-${groups++}`;
  const element = make('div', { className: 'segments', ariaLabel: label });
  element.setAttribute('role', 'radiogroup');
  const radios = (Object.entries(options) as [T, string][]).map(([value, title], i) => {
    const radio = make('input', { type: 'radio', name, value, checked: i === 0 });
    radio.addEventListener('change', () => onChange(value));
    element.append(make('label', {}, radio, make('span', {}, title)));
    return radio;
  });
  return {
    element,
    get value() {
      return radios.find(({ checked }) => checked)!.value as T;
    },
    set value(value) {
      for (const radio of radios) radio.checked = radio.value === value;
    },
  };
}

/** A slider with its label, in which the paper's symbols are set, and its value in words. */
export function slider(
  id: string,
  label: string,
  range: { readonly min: number; readonly max: number; readonly step: number; readonly value: number },
  words: (value: number) => string,
  onInput: () => void,
): { readonly element: HTMLDivElement; readonly input: HTMLInputElement } {
  const { min, max, step, value } = range;
  const input = make('input', {
    id,
    type: 'range',
    min: `${min}`,
    max: `${max}`,
    step: `${step}`,
    value: `${value}`,
  });
  const output = make('output');
  const tell = (): void => {
    output.value = words(input.valueAsNumber);
    input.ariaValueText = output.value;
  };
  input.addEventListener('input', () => {
    tell();
    onInput();
  });
  tell();
  return {
    element: make(
      'div',
      { className: 'slider' },
      make('label', { htmlFor: id }, ...withSymbols(label)),
      output,
      input,
    ),
    input,
  };
}

/** A button of the page's kind. */
export function button(text: string, onClick: () => void, className = 'button'): HTMLButtonElement {
  const element = make('button', { type: 'button', className, textContent: text });
  element.addEventListener('click', onClick);
  return element;
}
