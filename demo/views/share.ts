// A request for others: as a link that fills the form, and as code that makes the same video.
import { copyText, make, openDialog } from '../dom.ts';
import { button } from '../controls.ts';
import { apiCode } from '../state/code.ts';
import { toHash } from '../state/link.ts';
import type { RequestFiles, Settings } from '../state/settings.ts';

/** Copies a link to this page that asks for the same; files can't be in it, a sample's name can. */
export function copyLink(asked: Parameters<typeof toHash>[0]): void {
  void copyText(`${location.href.replace(/#.*/, '')}#${toHash(asked)}`, 'Link');
}

/** Opens a dialog with the code. */
export function openCode(settings: Settings, files: RequestFiles): void {
  const code = apiCode(settings, files);
  const copy = button('Copy', () => void copyText(code, 'Code'), 'button primary');
  openDialog('The same by code', make('pre', { tabIndex: 0, textContent: code }), copy);
}
