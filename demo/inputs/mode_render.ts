// Render: a grey 3D clip becomes a finished one. Its depth pass, where there is one, is its structure; with nothing at
// hand the built-in scenes give both.
import { renderScene, type SceneName, SCENES } from '../../src/index.ts';
import { button, segments } from '../controls.ts';
import { make } from '../dom.ts';
import { messageOf } from '../errors.ts';
import { film } from '../state/film.ts';
import { type RequestFiles, SCENE_FPS } from '../state/settings.ts';
import type { Clip } from './clip.ts';
import { fileInput } from './file_input.ts';
import type { ModePanel } from './mode_tabs.ts';

/** The mode's inputs. */
export class RenderMode implements ModePanel {
  readonly mode = 'render';
  readonly element = make('div', { className: 'mode-inputs' });
  readonly #clip: () => Clip | undefined;
  readonly #status = make('p', { id: 'render-status', className: 'quiet', role: 'status' });
  readonly #scenes = segments(
    'Scene',
    Object.fromEntries(Object.keys(SCENES).map((name) => [name, name])) as Record<SceneName, string>,
    () => undefined,
  );
  /** The clips that were rendered here, by their files. */
  readonly #rendered = new WeakMap<Blob, SceneName>();
  #depth: File | undefined;

  /** `onFilm` takes a rendered clip; `clip` is the one on the screen. */
  constructor(clip: () => Clip | undefined, onFilm: (film: File) => void) {
    this.#clip = clip;
    const render = button('Render the scene', () => {
      render.disabled = true;
      void this.#render(onFilm).finally(() => (render.disabled = false));
    });
    render.id = 'render-scene';
    const input = make('input', {
      id: 'depth-pass',
      type: 'file',
      accept: 'video/mp4,video/quicktime,.mp4,.mov',
    });
    const pick = make('label', { className: 'button' }, 'Choose a depth pass', input);
    const row = make('div', { className: 'row' }, pick);
    fileInput(input, row, (file) => {
      this.#depth = file;
      this.#status.textContent = `Depth pass: ${file.name}; brighter is nearer.`;
    });
    this.element.append(
      make('p', { className: 'quiet', textContent: 'Nothing at hand? Take a built-in scene:' }),
      make('div', { className: 'row' }, this.#scenes.element, render),
      row,
      this.#status,
    );
  }

  files(): RequestFiles {
    const file = this.#clip()?.file;
    const scene = file && this.#rendered.get(file);
    if (scene) return { scene };
    return this.#depth ? { depth: this.#depth } : {};
  }

  async #render(onFilm: (film: File) => void): Promise<void> {
    const scene = this.#scenes.value;
    this.#status.textContent = `Rendering the ${scene} …`;
    try {
      const file = new File(
        [await film(renderScene({ scene, fps: SCENE_FPS }).frames, SCENE_FPS)],
        `${scene}-render.mp4`,
      );
      this.#rendered.set(file, scene);
      this.#depth = undefined;
      onFilm(file);
      this.#status.textContent = 'Rendered, with its exact depth as structure.';
    } catch (error) {
      this.#status.textContent = messageOf(error).text;
    }
  }
}
