// The one editor of the page works on one thing at a time: everything that needs it waits in line here.

/** A line of jobs. The next begins when the one before has settled. */
export class WorkQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when all that came before is done. Rejects with the signal's reason if it fires while waiting. */
  add<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const result = this.#last.then(() => {
      signal?.throwIfAborted();
      return work();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}
