// The form as it was left, for the next visit. A browser that lets pages keep nothing keeps nothing.

const KEY = 'refilm-settings';

/** Keeps the form's settings, written as a link's hash. */
export function keep(hash: string): void {
  try {
    localStorage.setItem(KEY, hash);
  } catch {
    // Storage is off: the next visit begins with the defaults.
  }
}

/** What was kept last; empty where there is nothing. */
export function recall(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}
