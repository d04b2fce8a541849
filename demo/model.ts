// The model, loaded when it is first needed and kept for the edits that follow.
import { Editor, type OnProgress } from '../src/index.ts';

/** Holds one editor for the page. */
export class KeptEditor {
  #editor: Editor | undefined;

  /** The editor; loads it where there is none. Throws as `Editor.load` does, and the next call tries again. */
  async get(signal: AbortSignal, onProgress: OnProgress): Promise<Editor> {
    return (this.#editor ??= await Editor.load('nano', { signal, onProgress }));
  }

  /** Gives up an editor whose device is gone. */
  drop(): void {
    this.#editor?.dispose();
    this.#editor = undefined;
  }
}
