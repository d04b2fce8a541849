// How a page learns that a worker is gone: nothing tells it when one is terminated or crashes, but the browser then frees
// the Web Locks that it held. All browsers with WebGPU have them.

/** A lock that is held as long as this side lives. */
export interface Life {
  /** Missing where there are no locks. */
  readonly name?: string;
  release(): void;
}

/** Takes a lock of a name of its own. */
export function holdLife(): Promise<Life> {
  return new Promise((granted) => {
    const locks = lockManager();
    const none = (): void => granted({ release: () => undefined });
    if (!locks) return none();
    const name = `refilm ${crypto.randomUUID()}`;
    const held = locks.request(name, () => new Promise<void>((release) => granted({ name, release })));
    held.catch(none); // a sandboxed frame may have none
  });
}

/** Calls `onEnd` when who holds the lock `name` is gone; what it returns stops the watch. */
export function watchLife(name: string | undefined, onEnd: () => void): () => void {
  const watch = new AbortController();
  const locks = lockManager();
  if (name !== undefined && locks) {
    const { signal } = watch;
    locks.request(name, { signal }, () => onEnd()).catch(() => undefined); // aborted: nobody watches any longer
  }
  return () => watch.abort();
}

/** Missing in node before version 24. */
function lockManager(): LockManager | undefined {
  return (globalThis as { navigator?: Partial<Navigator> }).navigator?.locks;
}
