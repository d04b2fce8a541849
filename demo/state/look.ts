// Which frames the engine looks at when it is asked for depth or mask before an edit: those that the edit will have.
import type { SettingsForm } from '../inputs/settings_form.ts';
import { DEFAULTS } from './settings.ts';

/** Options of `editor.mask` and `editor.depthMaps` for the part that the form chooses. */
export function lookOptions(form: SettingsForm, signal: AbortSignal) {
  const { start, duration, fps } = form.peek() ?? DEFAULTS;
  return { start, signal, ...(duration !== undefined && { duration }), ...(fps !== undefined && { fps }) };
}
