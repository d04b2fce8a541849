// Takes as cards: a picture to show one on the screen, its settings in a line, what became of it.
import { durationText } from '../../src/index.ts';
import { make, requireElement } from '../dom.ts';
import { changes, type Settings, valueText } from '../state/settings.ts';
import { type Take, titleOf } from '../state/take.ts';
import { withSymbols } from '../symbols.ts';

/** What is done with a card. */
export interface CardEvents {
  readonly onShow: (take: Take) => void;
  readonly onCancel: (take: Take) => void;
  readonly onAgain: (take: Take) => void;
  readonly onRemove: (takes: readonly Take[]) => void;
  readonly onCompare: (takes: readonly Take[]) => void;
}

/** How settings are named in short. */
const SHORT: Partial<Record<keyof Settings, string>> = {
  structure: 't_s',
  temporal: 'ω_t',
  guidance: 'ω',
  duration: 'length',
};

/** What differs from the defaults, in a line, and whose weights made it; prompt and mode are said elsewhere. */
export function settingsText({ settings, files }: Pick<Take, 'settings' | 'files'>): string {
  const { mode: _, prompt: __, ...rest } = changes(settings);
  const parts = (Object.entries(rest) as [keyof Settings, string | number][]).map(
    ([name, value]) => `${SHORT[name] ?? name} ${valueText(name, value)}`,
  );
  if (settings.mode === 'customize') parts.push(`weights ${files.unetName ?? 'of a file'}`);
  return parts.join(' · ') || 'default settings';
}

/** The list of takes. */
export class TakeCards {
  readonly #section = requireElement('takes', HTMLElement);
  readonly #list = requireElement('take-list', HTMLUListElement);
  readonly #compare = requireElement('compare', HTMLButtonElement);
  readonly #events: CardEvents;
  readonly #cards = new Map<Take, Card>();

  constructor(events: CardEvents) {
    this.#events = events;
    this.#compare.addEventListener('click', () => events.onCompare(this.#chosen));
    requireElement('clear', HTMLButtonElement).addEventListener('click', () => {
      events.onRemove([...this.#cards.keys()]);
    });
  }

  /** Shows `takes`, newest first. */
  show(takes: readonly Take[], current: Take | undefined): void {
    this.#section.hidden = takes.length === 0;
    for (const [take, card] of this.#cards) {
      if (takes.includes(take)) continue;
      card.item.remove();
      this.#cards.delete(take);
    }
    for (const [place, take] of takes.toReversed().entries()) {
      let card = this.#cards.get(take);
      if (!card) {
        card = new Card(take, this.#events, () => this.#showChosen());
        this.#cards.set(take, card);
      }
      card.show(take === current);
      const there = this.#list.children[place];
      if (there !== card.item) this.#list.insertBefore(card.item, there ?? null);
    }
    this.#showChosen();
  }

  get #chosen(): Take[] {
    return [...this.#cards].filter(([, card]) => card.chosen).map(([take]) => take);
  }

  #showChosen(): void {
    const count = this.#chosen.length;
    this.#compare.disabled = count === 0;
    this.#compare.textContent = count === 0 ? 'Compare side by side' : `Compare ${count} side by side`;
  }
}

class Card {
  readonly item = make('li', { className: 'take' });
  readonly #take: Take;
  readonly #show: HTMLButtonElement;
  readonly #video = make('video', {
    muted: true,
    loop: true,
    playsInline: true,
    preload: 'auto',
    tabIndex: -1,
  });
  readonly #state = make('span');
  readonly #facts = make('p', { className: 'quiet' });
  readonly #choose = make('input', { type: 'checkbox' });
  readonly #compare = make('label', { className: 'check' }, this.#choose, 'compare');
  readonly #save = make('a', { className: 'button plain', textContent: 'Save' });
  readonly #cancel = make('button', { type: 'button', className: 'button plain', textContent: 'Cancel' });
  readonly #again = make('button', { type: 'button', className: 'button plain', textContent: 'Run again' });

  constructor(take: Take, events: CardEvents, onChoose: () => void) {
    this.#take = take;
    const title = titleOf(take);
    this.#video.ariaHidden = 'true';
    this.#show = make('button', { type: 'button', ariaLabel: `Show: ${title}` }, this.#video, this.#state);
    this.#show.addEventListener('click', () => events.onShow(take));
    for (const type of ['mouseenter', 'focus'] as const)
      this.#show.addEventListener(type, () => void this.#video.play().catch(() => undefined));
    for (const type of ['mouseleave', 'blur'] as const)
      this.#show.addEventListener(type, () => this.#video.pause());
    this.#choose.addEventListener('change', onChoose);
    this.#choose.ariaLabel = `Compare: ${title}`;
    this.#cancel.addEventListener('click', () => events.onCancel(take));
    this.#again.addEventListener('click', () => events.onAgain(take));
    const remove = make('button', { type: 'button', className: 'button plain', textContent: 'Remove' });
    remove.ariaLabel = `Remove: ${title}`;
    remove.addEventListener('click', () => events.onRemove([take]));
    this.item.append(
      this.#show,
      make(
        'div',
        { className: 'take-body' },
        make('p', { className: 'prompt', textContent: title }),
        make('p', { className: 'quiet' }, `${take.clip.name} · `, ...withSymbols(settingsText(take))),
        this.#facts,
      ),
      make(
        'div',
        { className: 'take-actions' },
        this.#compare,
        this.#save,
        this.#cancel,
        this.#again,
        remove,
      ),
    );
  }

  get chosen(): boolean {
    return this.#choose.checked && this.#take.status === 'done';
  }

  show(current: boolean): void {
    const { status, result, url, reason, clip } = this.#take;
    this.item.classList.toggle('current', current);
    this.#show.className = `take-show ${status}`;
    this.#show.ariaPressed = String(current);
    const src = url ?? clip.url;
    if (this.#video.src !== src) this.#video.src = src;
    this.#state.hidden = status === 'done';
    this.#state.textContent = status;
    this.#facts.textContent =
      reason ?? (result ? `${countOf(result.frames)} in ${durationText(result.seconds)}` : '');
    this.#facts.classList.toggle('fault', reason !== undefined);
    this.#compare.hidden = this.#save.hidden = status !== 'done';
    this.#cancel.hidden = status !== 'queued' && status !== 'running';
    this.#again.hidden = status !== 'cancelled' && status !== 'failed';
    if (url === undefined) return;
    this.#save.href = url;
    this.#save.download = `${clip.name}-refilm.mp4`;
  }
}

function countOf(frames: number): string {
  return `${frames} ${frames === 1 ? 'frame' : 'frames'}`;
}
