// A run in words and pictures: phase, bar, time left, the plan, and the frames as they take shape.
import {
  durationText,
  type EditPhase,
  planText,
  type ProgressEvent,
  type WorkEvent,
} from '../../src/index.ts';
import { requireElement } from '../dom.ts';
import { PreviewView } from './preview.ts';

const PHASES: Readonly<Record<EditPhase, string>> = {
  tune: 'Choosing the fastest kernels',
  compile: 'Preparing the kernels',
  depth: 'Looking at depth',
  mask: 'Carrying the mask',
  content: 'Reading what it shall show',
  structure: 'Taking the structure',
  denoise: 'Denoising',
  decode: 'Drawing the frames',
  write: 'Writing the video',
};

/** The part of the page that tells how far a run is. */
export class ProgressView {
  readonly #preview = new PreviewView();
  readonly #box = requireElement('progress', HTMLDivElement);
  readonly #phase = requireElement('phase', HTMLSpanElement);
  readonly #remaining = requireElement('remaining', HTMLSpanElement);
  readonly #bar = requireElement('bar', HTMLProgressElement);
  readonly #spoken = requireElement('spoken', HTMLParagraphElement);
  readonly #plan = requireElement('plan', HTMLDetailsElement);
  #loaded = new Map<string, number>();
  #lastSpoken = '';

  /** Shows an event of the engine; its preview only where the take that runs is the one `onScreen`. */
  show(event: ProgressEvent, onScreen: boolean): void {
    this.#box.hidden = false;
    switch (event.phase) {
      case 'download': {
        this.#loaded.set(event.file, event.loadedBytes);
        const bytes = [...this.#loaded.values()].reduce((sum, each) => sum + each, 0);
        this.#tell('Loading the model', `${(bytes / 1e6).toFixed(1)} MB`);
        break;
      }
      case 'plan':
        this.#plan.hidden = false;
        requireElement('plan-text', HTMLParagraphElement).textContent = planText(event.plan);
        this.#speak(`It will take about ${durationText(event.plan.seconds)}.`);
        break;
      case 'recover':
        this.#tell('The GPU was lost: taking the work up again', `attempt ${event.attempt}`);
        break;
      case 'tune':
      case 'compile':
      case 'depth':
      case 'content':
      case 'mask':
      case 'structure':
      case 'denoise':
      case 'decode':
      case 'write':
        this.#work(event, onScreen);
    }
  }

  /** Says that the run is being ended; it may take until the GPU has finished what it is at. */
  cancelling(): void {
    this.#tell('Cancelling');
  }

  /** Another take or clip is on the screen. */
  clearPreview(): void {
    this.#preview.clear();
  }

  /** The run is over. `spoken` is for screen readers. */
  end(spoken: string): void {
    this.#loaded = new Map();
    this.#lastSpoken = '';
    this.#box.hidden = this.#plan.hidden = true;
    this.#preview.clear();
    this.#speak(spoken);
  }

  #work({ phase, done, total, fraction, remaining, preview }: WorkEvent, onScreen: boolean): void {
    const count = total > 1 ? `, ${done} of ${total}` : '';
    const left = Number.isFinite(remaining) ? `about ${durationText(remaining)} left` : '';
    this.#tell(PHASES[phase], left, phase === 'compile' ? undefined : fraction, count);
    if (preview && onScreen) this.#preview.show(preview());
  }

  /** `fraction` undefined: nobody knows how far it is. Screen readers hear a phase once, not each of its steps. */
  #tell(phase: string, detail = '', fraction?: number, count = ''): void {
    this.#phase.textContent = phase + count;
    this.#remaining.textContent = detail;
    if (fraction === undefined) this.#bar.removeAttribute('value');
    else this.#bar.value = fraction;
    if (phase === this.#lastSpoken) return;
    this.#lastSpoken = phase;
    this.#speak(
      fraction === undefined ? phase : `${phase}. ${Math.round(100 * fraction)} percent, ${detail}`,
    );
  }

  #speak(text: string): void {
    this.#spoken.textContent = text;
  }
}
