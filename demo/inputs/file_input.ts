// One way in for files: a file picker and a place to drop on, both ending in the same call.

/** Calls `onFile` with the first file that is picked in `input` or dropped on `zone`. */
export function fileInput(input: HTMLInputElement, zone: HTMLElement, onFile: (file: File) => void): void {
  filesInput(input, zone, ([file]) => onFile(file));
}

/** Calls `onFiles` with all files that are picked in `input` or dropped on `zone`, unless `input` is disabled. */
export function filesInput(
  input: HTMLInputElement,
  zone: HTMLElement,
  onFiles: (files: readonly [File, ...File[]]) => void,
): void {
  const take = (files: FileList | null | undefined): void => {
    const [first, ...others] = files ?? [];
    if (first) onFiles([first, ...others]);
  };
  input.addEventListener('change', () => {
    take(input.files);
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
    if (!input.matches(':disabled')) take(event.dataTransfer?.files);
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
