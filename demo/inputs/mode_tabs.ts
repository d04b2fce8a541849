// The ways to refilm, as tabs: each says in a line what it is for, and brings its own inputs.
import { make, requireElement } from '../dom.ts';
import { type Mode, MODES } from '../../src/index.ts';
import type { RequestFiles } from '../state/settings.ts';

/** A mode's part of the page. */
export interface ModePanel {
  readonly mode: Mode;
  /** Its own inputs. */
  readonly element?: HTMLElement;
  /** What it brings along; a sentence where something is missing yet. */
  readonly files?: () => RequestFiles | string;
  /** Takes its inputs from those that made a take. */
  readonly use?: (files: RequestFiles) => void;
  /** It is chosen, or left. */
  readonly onShow?: (shown: boolean) => void;
}

/** The tabs. */
export class ModeTabs {
  readonly #tabs: readonly (readonly [ModePanel, HTMLButtonElement])[];
  readonly #onChange: (mode: Mode) => void;
  #current: ModePanel;

  constructor(panels: readonly [ModePanel, ...ModePanel[]], onChange: (mode: Mode) => void) {
    this.#onChange = onChange;
    this.#current = panels[0];
    this.#tabs = panels.map((panel) => [panel, this.#tab(panel)]);
    requireElement('modes', HTMLDivElement).append(...this.#tabs.map(([, tab]) => tab));
    requireElement('mode-inputs', HTMLDivElement).append(...panels.flatMap(({ element }) => element ?? []));
    this.#show(this.#current);
  }

  get mode(): Mode {
    return this.#current.mode;
  }

  /** What the mode brings along; a sentence where something is missing. */
  get files(): RequestFiles | string {
    return this.#current.files?.() ?? {};
  }

  /** Chooses a mode, with the `files` of a take where it is one's; a mode that there is none of is passed over. */
  choose(mode: string, files?: RequestFiles): void {
    const found = this.#tabs.find(([panel]) => panel.mode === mode);
    if (!found) return;
    if (files) found[0].use?.(files);
    this.#show(found[0]);
  }

  #tab(panel: ModePanel): HTMLButtonElement {
    const tab = make('button', {
      type: 'button',
      id: `mode-${panel.mode}`,
      textContent: MODES[panel.mode].title,
    });
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', 'mode-panel');
    tab.addEventListener('click', () => {
      this.#show(panel);
      this.#onChange(panel.mode);
    });
    tab.addEventListener('keydown', (event) => {
      const index = this.#tabs.findIndex(([each]) => each === panel);
      const to = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: -1 }[event.key];
      const next = to === undefined ? undefined : this.#tabs.at(to % this.#tabs.length);
      if (!next) return;
      event.preventDefault();
      this.#show(next[0]);
      next[1].focus();
      this.#onChange(next[0].mode);
    });
    return tab;
  }

  #show(panel: ModePanel): void {
    if (panel !== this.#current) this.#current.onShow?.(false);
    this.#current = panel;
    for (const [each, tab] of this.#tabs) {
      const chosen = each === panel;
      tab.ariaSelected = String(chosen);
      tab.tabIndex = chosen ? 0 : -1;
      if (each.element) each.element.hidden = !chosen;
    }
    requireElement('mode-words', HTMLParagraphElement).textContent = MODES[panel.mode].does;
    requireElement('mode-panel', HTMLDivElement).setAttribute('aria-labelledby', `mode-${panel.mode}`);
    panel.onShow?.(true);
  }
}
