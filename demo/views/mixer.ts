// The take on the screen without a new run: its guidance moved, an approximation from what every step predicted, which
// one click then runs exactly.
import type { EditResult } from '../../src/index.ts';
import { button, slider } from '../controls.ts';
import { make } from '../dom.ts';
import { messageOf } from '../errors.ts';
import type { Model } from '../model.ts';
import type { Settings } from '../state/settings.ts';
import type { Take } from '../state/take.ts';

/** What is done with a mix. */
export interface MixerEvents {
  /** Show this video in the take's place. */
  readonly onMixed: (take: Take, video: Blob) => void;
  /** Run the take again with these settings. */
  readonly onExactly: (take: Take, settings: Settings) => void;
}

/** Sliders for a take whose predictions were kept. */
export function guidanceMixer(take: Take, edit: EditResult, model: Model, events: MixerEvents): HTMLElement {
  const { guidance, temporal } = take.settings;
  let work = new AbortController();
  const status = make('span', { id: 'mix-status', className: 'quiet', role: 'status' });
  const exactly = button('Run it exactly', () => events.onExactly(take, moved()));
  exactly.id = 'exactly';
  exactly.hidden = true;
  const change = (): void => void mix();
  const smooth = slider(
    'mix-temporal',
    'Smoothness ω_t',
    { min: 0, max: 2, step: 0.05, value: temporal },
    String,
    () => undefined,
  );
  const obey = slider(
    'mix-guidance',
    'Obedience ω',
    { min: 0, max: 15, step: 0.5, value: guidance },
    String,
    () => undefined,
  );
  for (const { input } of [smooth, obey]) input.addEventListener('change', change);
  const moved = (): Settings => ({
    ...take.settings,
    temporal: smooth.input.valueAsNumber,
    guidance: obey.input.valueAsNumber,
  });

  async function mix(): Promise<void> {
    work.abort();
    const { signal } = (work = new AbortController());
    status.textContent = 'Mixing …';
    try {
      const options = { temporal: moved().temporal, guidance: moved().guidance, signal };
      const { video, approximate } = await model.use((editor) => editor.mix(edit, options), {
        signal,
        unet: take.files.unet, // what is not predicted yet is asked of the take's own weights
      });
      status.textContent = approximate ? 'approximate' : 'exact';
      exactly.hidden = !approximate;
      events.onMixed(take, video);
    } catch (error) {
      if (!signal.aborted) status.textContent = messageOf(error).text;
    }
  }

  return make(
    'details',
    { id: 'mixer' },
    make('summary', { textContent: 'Move the sliders now' }),
    make('div', { className: 'mixer' }, smooth.element, obey.element),
    make('div', { className: 'row' }, status, exactly),
  );
}
