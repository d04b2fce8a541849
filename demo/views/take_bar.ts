// The take on the screen: its facts, and all that can be done with it.
import { durationText } from '../../src/index.ts';
import { make, requireElement } from '../dom.ts';
import { messageOf } from '../errors.ts';
import type { Model } from '../model.ts';
import { editOptions } from '../state/settings.ts';
import { type Take, titleOf } from '../state/take.ts';
import { withSymbols } from '../symbols.ts';
import { guidanceMixer, type MixerEvents } from './mixer.ts';
import { settingsText } from './take_cards.ts';
import { upscaleSwitch } from './upscale.ts';

/** What is done with the take on the screen. */
export interface TakeBarEvents extends MixerEvents {
  readonly onUse: (take: Take) => void;
  /** Its measures are known now. */
  readonly onMeasured: (take: Take) => void;
}

/** The bar below the screen. */
export class TakeBar {
  readonly #bar = requireElement('take-bar', HTMLDivElement);
  readonly #model: Model;
  readonly #events: TakeBarEvents;
  #take: Take | undefined;
  #work = new AbortController();

  constructor(model: Model, events: TakeBarEvents) {
    this.#model = model;
    this.#events = events;
  }

  /** Shows a finished take; undefined shows none. */
  show(take: Take | undefined): void {
    if (take === this.#take) return;
    this.#work.abort();
    this.#work = new AbortController();
    this.#take = take;
    this.#bar.hidden = take?.result === undefined;
    if (!take?.result || take.url === undefined) return this.#bar.replaceChildren();
    const { frames, seconds, video } = take.result;
    const save = make('a', {
      id: 'save',
      className: 'button primary',
      href: take.url,
      textContent: 'Save mp4',
    });
    save.download = `${take.clip.name}-refilm.mp4`;
    const use = make('button', { type: 'button', className: 'button', textContent: 'Use these settings' });
    use.addEventListener('click', () => this.#events.onUse(take));
    const facts = `${frames} ${frames === 1 ? 'frame' : 'frames'} in ${durationText(seconds)}, ${(video.size / 1e6).toFixed(2)} MB`;
    this.#bar.replaceChildren(
      make(
        'div',
        {},
        make('h3', { textContent: titleOf(take) }),
        make('p', { className: 'quiet', id: 'facts' }, `${facts} · `, ...withSymbols(settingsText(take))),
      ),
      make('div', { className: 'row' }, save, use, this.#measureButton(take)),
      ...(take.edit
        ? [upscaleSwitch(take.edit, this.#model, (made) => this.#events.onMixed(take, made))]
        : []),
      ...(take.edit?.kept ? [guidanceMixer(take, take.edit, this.#model, this.#events)] : []),
      this.#measures(take),
    );
  }

  #measureButton(take: Take): HTMLButtonElement {
    const button = make('button', {
      id: 'measure',
      type: 'button',
      className: 'button',
      textContent: 'Measure',
    });
    button.hidden = take.quality !== undefined;
    button.addEventListener('click', () => {
      button.disabled = true;
      void this.#measure(take, button);
    });
    return button;
  }

  async #measure(take: Take, button: HTMLButtonElement): Promise<void> {
    const { signal } = this.#work;
    const say = (text: string): void => {
      if (!signal.aborted) this.#bar.querySelector('#measures')!.textContent = text;
    };
    say('Measuring …');
    try {
      const options = { ...editOptions(take.settings, take.files), signal };
      take.quality = await this.#model.use(
        (editor) => editor.evaluate(take.clip.file, take.result!.video, options),
        { signal },
      );
      this.#events.onMeasured(take);
      if (signal.aborted) return;
      button.hidden = true;
      this.#bar.lastElementChild?.replaceWith(this.#measures(take));
    } catch (error) {
      button.disabled = false;
      say(`It can't be measured. ${messageOf(error).text}`);
    }
  }

  #measures({ quality }: Take): HTMLElement {
    const box = make('div', { id: 'measures', role: 'status' });
    if (!quality) return box;
    const { result, source, depthCorrelation } = quality;
    const rows: [string, string, string][] = [
      ['Steady: frame consistency', result.frame.toFixed(3), `clip ${source.frame.toFixed(3)}`],
      ['Structure kept: depth correlation', depthCorrelation.toFixed(3), ''],
    ];
    if (result.prompt !== undefined)
      rows.splice(1, 0, [
        'As asked: prompt consistency',
        result.prompt.toFixed(3),
        `clip ${source.prompt?.toFixed(3)}`,
      ]);
    const lines = rows.map(([name, value, before]) =>
      make(
        'tr',
        {},
        make('th', { scope: 'row', textContent: name }),
        make('td', { className: 'strong', textContent: value }),
        make('td', { className: 'quiet', textContent: before }),
      ),
    );
    box.append(make('table', {}, make('tbody', {}, ...lines)));
    return box;
  }
}
