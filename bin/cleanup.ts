// What must not outlive the process (a browser, its profile, a half-written file) is registered here and undone on
// every way out: a normal exit, an uncaught error, Ctrl-C, SIGTERM, a closed terminal.
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const pending = new Set<() => void>();
let listening = false;

/**
 * Runs `undo` once when the process ends, unless the returned function was called before. `undo` has to be
 * synchronous: nothing asynchronous runs any more at that point. On a signal the process ends at once with 128 + n.
 */
export function onProcessEnd(undo: () => void): () => void {
  if (!listening) listen();
  pending.add(undo);
  return () => void pending.delete(undo);
}

function listen(): void {
  listening = true;
  process.on('exit', undoAll);
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      undoAll();
      process.exit(128 + constants.signals[signal]);
    });
  }
}

function undoAll(): void {
  for (const undo of [...pending].reverse()) {
    pending.delete(undo);
    try {
      undo();
    } catch (error) {
      console.error(`Cleaning up failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
