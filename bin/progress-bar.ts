// One line on a terminal that says what is going on; on anything else a line whenever the phase changes.
import type { WriteStream } from 'node:tty';
import type { ProgressReport } from '../demo/command-types.ts';
import { durationText } from '../src/editor/ask/plan.ts';

const WIDTH = 24;

const PHASES: Readonly<Record<string, string>> = {
  download: 'loading the model',
  tune: 'choosing the fastest kernels',
  compile: 'compiling kernels',
  depth: 'estimating depth',
  mask: 'carrying the mask',
  content: 'imagining the prompt',
  structure: 'encoding structure',
  denoise: 'denoising',
  decode: 'decoding pictures',
  write: 'writing',
  recover: 'the GPU was lost, starting it again',
};

/** Draws progress on `stream`. */
export class ProgressBar {
  #phase = '';
  #drawn = false;

  constructor(private readonly stream: WriteStream) {}

  /** Draws an event over the last one. */
  show(event: ProgressReport): void {
    if (event.phase === 'plan') return;
    const what = PHASES[event.phase] ?? event.phase;
    if (!this.stream.isTTY) {
      if (this.#phase !== event.phase) this.stream.write(`${what} …\n`);
      this.#phase = event.phase;
      return;
    }
    const text = 'fraction' in event ? `${bar(event.fraction)} ${what} ${counts(event)}` : what;
    this.stream.write(`\r\x1b[2K${text.slice(0, Math.max(20, this.stream.columns - 1))}`);
    this.#drawn = true;
  }

  /** Removes the line. */
  clear(): void {
    if (this.#drawn) this.stream.write('\r\x1b[2K');
    this.#drawn = false;
  }
}

function bar(fraction: number): string {
  const full = Math.round(WIDTH * fraction);
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${Math.round(100 * fraction)} %`;
}

function counts({ done, total, remaining }: { done: number; total: number; remaining: number }): string {
  const left = Number.isFinite(remaining) ? `, ${durationText(remaining)} left` : '';
  return `${done}/${total}${left}`;
}
