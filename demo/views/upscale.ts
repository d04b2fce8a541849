// How the result is brought to the clip's size: plainly, or along the clip's own edges. The engine draws it anew from
// what the edit left, without another run.
import type { EditResult, Upscale } from '../../src/index.ts';
import { segments } from '../controls.ts';
import { make } from '../dom.ts';
import { messageOf } from '../errors.ts';
import type { Model } from '../model.ts';

/** A switch between the two for a take; `onVideo` shows what it gives. */
export function upscaleSwitch(edit: EditResult, model: Model, onVideo: (video: Blob) => void): HTMLElement {
  let work = new AbortController();
  const status = make('span', { className: 'quiet', role: 'status', id: 'upscale-status' });
  const choice = segments<Upscale>('Enlarged', { lanczos: 'Plain', guided: 'Crisp' }, (upscale) => {
    work.abort();
    const { signal } = (work = new AbortController());
    status.textContent = 'Drawing it anew …';
    model
      .use((editor) => editor.rescale(edit, upscale, { signal }), { signal })
      .then(
        (video) => {
          status.textContent = upscale === 'guided' ? "along the clip's own edges" : 'by Lanczos';
          onVideo(video);
        },
        (error: unknown) => {
          if (!signal.aborted) status.textContent = messageOf(error).text;
        },
      );
  });
  const title = make('span', { ariaHidden: 'true', textContent: 'Enlarged' }); // the choice has the name itself
  return make('div', { className: 'row' }, title, choice.element, status);
}
