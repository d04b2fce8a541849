// One way in for files: a file picker and a place to drop on, both ending in the same call.

/** Calls `onFile` with the first file that is picked in `input` or dropped on `zone`, unless `input` is disabled. */
export function fileInput(input: HTMLInputElement, zone: HTMLElement, onFile: (file: File) => void): void {
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file) onFile(file);
    input.value = ''; // so that the same file can be chosen again
  });
  zone.addEventListener('dragover', (event) => {
    event.preventDefault();
    zone.classList.toggle('over', !input.matches(':disabled'));
  });
  for (const end of ['dragleave', 'drop'] as const) {
    zone.addEventListener(end, () => zone.classList.remove('over'));
  }
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer?.files ?? [];
    if (file && !input.matches(':disabled')) onFile(file);
  });
}

/** Where a pasted file goes, by what it is. */
export interface PasteTargets {
  readonly video: (file: File) => void;
  readonly image: (file: File) => void;
}

/** Takes files that are pasted anywhere in the page. Text goes where the cursor is, as ever. */
export function pasteInput({ video, image }: PasteTargets): void {
  window.addEventListener('paste', (event) => {
    const [file] = event.clipboardData?.files ?? [];
    if (!file) return;
    event.preventDefault();
    if (file.type.startsWith('image/')) image(file);
    else video(file);
  });
}

/** A file that misses its place would be opened by the browser instead of the page: let nothing happen. */
export function ignoreStrayDrops(): void {
  for (const type of ['dragover', 'drop'] as const) {
    window.addEventListener(type, (event) => event.preventDefault());
  }
}
