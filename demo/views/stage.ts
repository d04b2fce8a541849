// The screen: the clip before and the result after, with a divider that is dragged or moved by keys, or side by side.
import { segments } from '../controls.ts';
import { requireElement } from '../dom.ts';

const VIEWS = {
  split: 'Split',
  side: 'Side by side',
  before: 'Before',
  after: 'After',
  depth: 'Depth',
} as const;

/** What the screen shows. */
export type View = keyof typeof VIEWS;

/** How the screen is divided. */
export class Stage {
  readonly #screen = requireElement('screen', HTMLDivElement);
  readonly #divider = requireElement('divider', HTMLDivElement);
  readonly #box = requireElement('views', HTMLDivElement);
  readonly #corners = [...this.#screen.querySelectorAll<HTMLElement>('.corner')];
  readonly #views = segments<View>('What to look at', VIEWS, (view) => {
    this.#wanted = view;
    this.#show();
  });
  readonly #onView: (view: View) => void;
  #wanted: View = 'split';
  #comparing = false;
  #at = 50;

  /** `onView` is told what is looked at whenever that may have changed. */
  constructor(onView: (view: View) => void) {
    this.#onView = onView;
    this.#box.append(this.#views.element);
    this.#dragDivider();
  }

  /** What is looked at: without a result there is the clip, or its depth. */
  get view(): View {
    return this.#comparing || this.#wanted === 'depth' ? this.#wanted : 'before';
  }

  /** Width to height of the clip that is shown; undefined while there is none. */
  set aspect(aspect: number | undefined) {
    this.#box.hidden = aspect === undefined;
    if (aspect !== undefined) this.#screen.style.setProperty('--aspect', String(aspect));
  }

  /** Whether there is something to compare the clip with. */
  set comparing(on: boolean) {
    this.#comparing = on;
    this.#divider.hidden = !on;
    for (const corner of this.#corners) corner.hidden = !on;
    this.#show();
  }

  /** While the clip is trimmed, it alone is shown. */
  set trimming(on: boolean) {
    this.#screen.classList.toggle('trimming', on);
  }

  #show(): void {
    const { view } = this;
    this.#views.value = view;
    this.#screen.dataset['view'] = view;
    for (const radio of this.#views.element.querySelectorAll('input')) {
      const always = radio.value === 'before' || radio.value === 'depth';
      radio.parentElement!.hidden = !always && !this.#comparing;
    }
    this.#onView(view);
  }

  #dragDivider(): void {
    const divider = this.#divider;
    divider.addEventListener('pointerdown', (event) => {
      divider.setPointerCapture(event.pointerId);
      divider.focus();
      event.preventDefault();
    });
    divider.addEventListener('pointermove', (event) => {
      if (!divider.hasPointerCapture(event.pointerId)) return;
      const { left, width } = this.#screen.getBoundingClientRect();
      this.#divide((100 * (event.clientX - left)) / width);
    });
    divider.addEventListener('keydown', (event) => {
      const step = event.shiftKey ? 10 : 2;
      const moves: Record<string, number> = {
        ArrowLeft: -step,
        ArrowDown: -step,
        ArrowRight: step,
        ArrowUp: step,
      };
      const ends: Record<string, number> = { Home: 0, End: 100 };
      const move = moves[event.key];
      const end = ends[event.key] ?? (move !== undefined ? this.#at + move : undefined);
      if (end === undefined) return;
      event.preventDefault();
      this.#divide(end);
    });
    this.#divide(50);
  }

  #divide(percent: number): void {
    this.#at = Math.min(100, Math.max(0, percent));
    this.#screen.style.setProperty('--divide', `${this.#at}%`);
    this.#divider.ariaValueNow = String(Math.round(this.#at));
    this.#divider.ariaValueText = `${Math.round(this.#at)} % before, ${Math.round(100 - this.#at)} % after`;
  }
}
