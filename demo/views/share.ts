// A request for others: as a link that fills the form, and as code that makes the same video.
import { copyText, make, openDialog } from '../dom.ts';
import { button } from '../controls.ts';
import { apiCode } from '../state/code.ts';
import { type RequestFiles, type Settings, toHash } from '../state/settings.ts';

/** Copies a link to this page with `settings`; files can't be in it, a sample's name can. */
export function copyLink(settings: Settings, sample: string | undefined): void {
  void copyText(`${location.href.replace(/#.*/, '')}#${toHash(settings, sample)}`, 'Link');
}

/** Opens a dialog with the code. */
export function openCode(settings: Settings, files: RequestFiles): void {
  const code = apiCode(settings, files);
  const copy = button('Copy', () => void copyText(code, 'Code'), 'button primary');
  openDialog('The same by code', make('pre', { tabIndex: 0, textContent: code }), copy);
}
