// What the next visit begins with: the form as it was left, and the page itself where there is no network. A browser that
// lets pages keep nothing keeps nothing.

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

/** Has the service worker keep the page. Only the built one: a development server's files are others every time. */
export function keepPage(): void {
  if (import.meta.hot !== undefined || !('serviceWorker' in navigator)) return;
  window.addEventListener('load', () => {
    navigator.serviceWorker.register('./service_worker.js').catch(() => undefined);
  });
}
