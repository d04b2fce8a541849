// The five modes of Gen-1: one `edit()`, asked in five ways.

import type { EditOptions } from './options.ts';

/** A way to ask. */
export type Mode = 'stylize' | 'storyboard' | 'mask' | 'render' | 'customize';

/** What a mode is made of, beside a prompt or a picture: they say the content in all of them. */
export type ModeInput =
  /** A video to edit. */
  | 'video'
  /** Stills with time codes (`storyboard`), or a rough mock-up video. */
  | 'cards'
  /** What is edited of each frame (`EditOptions.mask`). */
  | 'mask'
  /** An untextured render: a video, or a built-in scene (`renderScene`). */
  | 'render'
  /** Fine-tuned weights of the UNet (`editor.customize`). */
  | 'weights';

/** A mode as a page or a command line shows it. */
export interface ModeInfo {
  readonly title: string;
  /** What it does, in a sentence. */
  readonly does: string;
  /** What it needs, in a sentence. */
  readonly needs: string;
  readonly inputs: readonly ModeInput[];
  /** Options that suit it, where they are not the model's own. */
  readonly defaults: Partial<EditOptions>;
}

/** All modes, in the paper's order. The sentences are those of its project page, where that has one. */
export const MODES: Readonly<Record<Mode, ModeInfo>> = {
  stylize: {
    title: 'Stylize',
    does: 'Transfer the style of any image or prompt to every frame of your video.',
    needs: 'A video, and a prompt, a picture or both.',
    inputs: ['video'],
    defaults: {},
  },
  storyboard: {
    title: 'Storyboard',
    does: 'Turn mockups into fully stylized and animated renders.',
    needs: 'Stills with time codes or a rough mock-up video, and a prompt, a picture or both.',
    inputs: ['cards'],
    defaults: { structure: 3 },
  },
  mask: {
    title: 'Mask',
    does: 'Isolate a subject in your video and change it, or all but it.',
    needs: 'A video, what of it is changed, and a prompt, a picture or both.',
    inputs: ['video', 'mask'],
    defaults: {},
  },
  render: {
    title: 'Render',
    does: 'Turn untextured renders into realistic outputs by applying an input image or prompt.',
    needs:
      'An untextured render or a built-in scene, its depth pass if there is one, and a prompt, a picture or both.',
    inputs: ['render'],
    defaults: { structure: 0 },
  },
  customize: {
    title: 'Customize',
    does: 'Customize the model for even higher fidelity results.',
    needs: 'A video, fine-tuned weights for the UNet, and a prompt, a picture or both.',
    inputs: ['video', 'weights'],
    defaults: { structure: 2 },
  },
};
