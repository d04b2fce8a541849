// The demo page: a clip is dropped on it.
import { requireElement } from './dom.ts';

const drop = requireElement('drop', HTMLLabelElement);
const clip = requireElement('clip', HTMLInputElement);

drop.addEventListener('dragover', (event) => event.preventDefault());
drop.addEventListener('drop', (event) => {
  event.preventDefault();
  if (!event.dataTransfer?.files.length) return;
  clip.files = event.dataTransfer.files;
  clip.dispatchEvent(new Event('change', { bubbles: true }));
});
