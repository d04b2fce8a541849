// The line above the button that starts: what is missing, what went wrong, what was cancelled.
import { requireElement } from '../dom.ts';
import { messageOf } from '../errors.ts';

/** Says what is missing or has happened, until something is changed; `fault` marks it as gone wrong. */
export function say(text: string, fault = false): void {
  const message = requireElement('message', HTMLParagraphElement);
  message.textContent = text;
  message.classList.toggle('fault', fault);
  message.hidden = false;
}

/** Says what an error means. */
export function fail(error: unknown): void {
  const { title, text } = messageOf(error);
  say(`${title}. ${text}`, true);
}

/** What was said of a request that has been changed is old. */
export function hideMessage(): void {
  requireElement('message', HTMLParagraphElement).hidden = true;
}
