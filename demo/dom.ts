// Typed access to the page's elements, and a short way to make new ones.

/** The element with `id`, of the class that it has to be. Throws if the page and its script disagree. */
export function requireElement<E extends HTMLElement>(id: string, type: new () => E): E {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} with id '${id}'.`);
  return element;
}

/** A new element with these properties and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Outlines of the icons, drawn in a box of 24. */
const ICONS = {
  play: 'M7 4v16l13-8z',
  pause: 'M6 4h4v16H6zM14 4h4v16h-4z',
  previous: 'M16 5v14l-9-7zM5 5h2.500v14H5z',
  next: 'M8 5v14l9-7zM16.500 5H19v14h-2.500z',
  sound:
    'M4 9v6h4l5 5V4L8 9zM15.500 8.500v7a4 4 0 0 0 0-7zM15.500 4v2.200a6.500 6.500 0 0 1 0 11.600V20a8.500 8.500 0 0 0 0-16z',
  mute: 'M4 9v6h4l5 5V4L8 9zM16 9.400l1.400-1.400 2.300 2.300L22 8l1.400 1.400-2.300 2.300L23.400 14 22 15.400l-2.300-2.300-2.300 2.300L16 14l2.300-2.300z',
  dice: 'M6 3h12a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3zm2 3.500a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3zm8 0a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3zm-4 4a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3zm-4 4a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3zm8 0a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3z',
} as const;

/** An icon for a button that has a label of its own. */
export function icon(name: keyof typeof ICONS): SVGSVGElement {
  const drawing = svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' });
  drawing.append(svg('path', { d: ICONS[name], 'fill-rule': 'evenodd' }));
  return drawing;
}

/** A new SVG element with these attributes. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>> = {},
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** A dialog with a title and a button that closes it, shown at once and gone from the page when it is closed. */
export function openDialog(title: string, ...children: readonly (Node | string)[]): HTMLDialogElement {
  const close = make('button', { type: 'button', className: 'button', textContent: 'Close' });
  const heading = make('h2', { id: 'dialog-title', textContent: title });
  const dialog = make('dialog', {}, make('div', { className: 'dialog-bar' }, heading, close), ...children);
  dialog.setAttribute('aria-labelledby', heading.id);
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close(); // the backdrop
  });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Says something in passing; screen readers hear it too. */
export function toast(text: string): void {
  const box = requireElement('toast', HTMLParagraphElement);
  box.textContent = text;
  box.hidden = false;
  window.clearTimeout(toastTimer);
  toastTimer = window.setTimeout(() => (box.hidden = true), 4000);
}
let toastTimer = 0;

/** Puts `text` on the clipboard; where the browser refuses, shows it to be copied by hand. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(`${what} copied.`);
  } catch {
    const field = make('textarea', { value: text, rows: 6, readOnly: true, ariaLabel: what });
    openDialog(`${what}, to copy`, field);
    field.select();
  }
}
