// Customize: the UNet with fine-tuned weights of the person's own, all of its tensors or some.
import { button } from '../controls.ts';
import { make } from '../dom.ts';
import type { RequestFiles } from '../state/settings.ts';
import { fileInput } from './file_input.ts';
import type { ModePanel } from './mode_tabs.ts';

/** The mode's inputs. */
export class CustomizeMode implements ModePanel {
  readonly mode = 'customize';
  readonly element = make('div', { className: 'mode-inputs' });
  readonly #status = make('p', { id: 'customize-status', className: 'quiet', role: 'status' });
  readonly #remove = button('Back to the model’s own', () => this.#set(undefined), 'button plain');
  #unet: File | undefined;

  constructor() {
    const input = make('input', { id: 'unet', type: 'file', accept: '.safetensors' });
    const pick = make('label', { className: 'button' }, 'Choose weights (safetensors)', input);
    fileInput(input, this.element, (file) => this.#set(file));
    this.element.append(make('div', { className: 'row' }, pick, this.#remove), this.#status);
    this.#set(undefined);
  }

  files(): RequestFiles | string {
    return this.#unet
      ? { unet: this.#unet, unetName: this.#unet.name }
      : 'Choose the fine-tuned weights first: a safetensors file with tensors of the UNet.';
  }

  /** Takes the weights that a take was made with; asks for them where only their name is left. */
  use({ unet, unetName }: RequestFiles): void {
    this.#set(unet, unetName);
  }

  #set(file: File | undefined, missing?: string): void {
    this.#unet = file;
    this.#remove.hidden = file === undefined;
    this.#status.textContent = file
      ? `${file.name}, ${(file.size / 1e6).toFixed(1)} MB. They are checked when a take begins.`
      : missing === undefined
        ? 'All of the UNet’s tensors or some, named as in the checkpoint.'
        : `The take was made with ${missing}, which this page has no more: choose it again.`;
  }
}
