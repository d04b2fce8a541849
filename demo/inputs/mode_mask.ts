// Mask: only a part of the picture changes. The part is painted, cut out by depth, or a box; the engine carries it
// through the clip, and the page can show how.
import type { ClipPictures, MaskOptions, MaskRegion } from '../../src/index.ts';
import { button, segments, slider } from '../controls.ts';
import { make } from '../dom.ts';
import { messageOf } from '../errors.ts';
import type { RequestFiles } from '../state/settings.ts';
import { MaskCanvas } from './mask_canvas.ts';
import type { ModePanel } from './mode_tabs.ts';

/** Asks the engine for the mask on every frame of the clip's chosen part. */
export type LookAtMask = (mask: MaskOptions, signal: AbortSignal) => Promise<ClipPictures>;

/** The mode's inputs. */
export class MaskMode implements ModePanel {
  readonly mode = 'mask';
  readonly element = make('div', { className: 'mode-inputs' });
  readonly canvas: MaskCanvas;
  readonly #look: LookAtMask;
  #work = new AbortController();
  readonly #status = make('p', { id: 'mask-status', className: 'quiet', role: 'status' });
  readonly #region = segments(
    'How to choose the part',
    { brush: 'Paint', depth: 'By depth', box: 'Box' },
    () => this.#showRegion(),
  );
  readonly #edit = segments('What changes', { inside: 'Change it', outside: 'Change all else' }, () =>
    this.#forget(),
  );
  readonly #tool = segments('Brush', { brush: 'Draw', erase: 'Erase' }, () => this.#showRegion());
  readonly #size = slider(
    'brush-size',
    'Brush size',
    { min: 2, max: 50, step: 1, value: 15 },
    (value) => `${value} %`,
    () => (this.canvas.size = this.#size.input.valueAsNumber / 100),
  );
  readonly #near = this.#depthSlider('mask-near', 'From (nearest)', 1);
  readonly #far = this.#depthSlider('mask-far', 'To (farthest)', 0.5);
  readonly #feather = slider(
    'mask-feather',
    'Soft seam',
    { min: 0, max: 32, step: 1, value: 4 },
    (value) => `${value} px`,
    () => this.#forget(),
  );
  readonly #panels: Readonly<Record<'brush' | 'depth' | 'box', HTMLElement>>;

  constructor(look: LookAtMask) {
    this.#look = look;
    this.canvas = new MaskCanvas(() => this.#forget());
    const undo = button('Undo', () => this.canvas.undo());
    const clear = button('Clear', () => this.canvas.clear(), 'button plain');
    this.#panels = {
      brush: make(
        'div',
        { className: 'mode-inputs' },
        make('div', { className: 'row' }, this.#tool.element, undo, clear),
        this.#size.element,
      ),
      depth: make('div', { className: 'mode-inputs' }, this.#near.element, this.#far.element),
      box: make('p', { className: 'quiet', textContent: 'Drag a box over what is meant.' }),
    };
    const show = button('Show the mask', () => void this.#showCarried());
    show.id = 'mask-show';
    this.element.append(
      this.#region.element,
      ...Object.values(this.#panels),
      this.#edit.element,
      this.#feather.element,
      make('div', { className: 'row' }, show),
      this.#status,
    );
    this.#showRegion();
  }

  files(): RequestFiles | string {
    if (this.#region.value === 'brush' && this.canvas.painted === 0)
      return 'Paint over what shall change first, on any frame of the clip.';
    return { mask: this.#options() };
  }

  use({ mask }: RequestFiles): void {
    if (!mask) return;
    const { region, edit = 'inside', feather } = mask;
    const set = ({ input }: ReturnType<typeof slider>, value: number): void => {
      input.value = String(value);
      input.dispatchEvent(new Event('input'));
    };
    if ('brush' in region) {
      this.#region.value = 'brush';
      this.canvas.brush = region.brush.flatMap(({ time, mask: painted }) =>
        painted instanceof ImageData ? [{ time, mask: painted }] : [],
      );
    } else if ('depth' in region) {
      this.#region.value = 'depth';
      set(this.#near, region.depth[0]);
      set(this.#far, region.depth[1]);
    } else if ('width' in region.box) {
      this.#region.value = 'box';
      this.canvas.box = region.box;
    }
    this.#edit.value = edit;
    if (feather !== undefined) set(this.#feather, feather);
    this.#showRegion();
  }

  onShow(shown: boolean): void {
    this.canvas.shown = shown;
  }

  #options(): MaskOptions {
    const regions: Record<'brush' | 'depth' | 'box', () => MaskRegion> = {
      brush: () => ({ brush: this.canvas.brush }),
      depth: () => ({ depth: [this.#near.input.valueAsNumber, this.#far.input.valueAsNumber] }),
      box: () => ({ box: this.canvas.box }),
    };
    return {
      region: regions[this.#region.value](),
      edit: this.#edit.value,
      feather: this.#feather.input.valueAsNumber,
    };
  }

  #depthSlider(id: string, label: string, value: number): ReturnType<typeof slider> {
    const range = { min: 0, max: 1, step: 0.05, value };
    return slider(id, label, range, String, () => {
      if (this.#near.input.valueAsNumber < this.#far.input.valueAsNumber) {
        const other = id === 'mask-near' ? this.#far.input : this.#near.input;
        other.value = String(value === 1 ? this.#near.input.valueAsNumber : this.#far.input.valueAsNumber);
        other.dispatchEvent(new Event('input'));
      }
      this.#forget();
    });
  }

  #showRegion(): void {
    const region = this.#region.value;
    for (const [name, panel] of Object.entries(this.#panels)) panel.hidden = name !== region;
    this.#forget();
    this.canvas.tool = region === 'brush' ? this.#tool.value : region === 'box' ? 'box' : undefined;
  }

  /** What the engine showed is of another mask now. */
  #forget(): void {
    this.#work.abort();
    this.canvas.carried = undefined;
    const { painted } = this.canvas;
    this.#status.textContent =
      this.#region.value === 'brush' && painted > 0
        ? `Painted on ${painted} ${painted === 1 ? 'frame' : 'frames'}; the engine carries it to the others.`
        : '';
  }

  async #showCarried(): Promise<void> {
    const files = this.files();
    if (typeof files === 'string') return void (this.#status.textContent = files);
    this.#status.textContent = 'Carrying the mask through the clip …';
    const { signal } = (this.#work = new AbortController());
    try {
      const carried = await this.#look(files.mask!, signal);
      if (signal.aborted) return;
      this.canvas.carried = carried;
      this.#status.textContent = 'What is tinted changes. Play or scrub to see it move.';
    } catch (error) {
      if (!signal.aborted) this.#status.textContent = messageOf(error).text;
    }
  }
}
