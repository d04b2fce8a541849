// A run in words and pictures: phase, bar, time left, the plan, and the frames as they take shape.
import { durationText, type EditPhase, planText, type ProgressEvent, type WorkEvent } from '../src/index.ts';
import { requireElement } from './dom.ts';
import { PreviewView } from './preview_view.ts';

const PHASES: Readonly<Record<EditPhase, string>> = {
  compile: 'Preparing the kernels',
  depth: 'Looking at depth',
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

  /** Empties the view for a new run. */
  start(): void {
    this.#loaded = new Map();
    this.#lastSpoken = '';
    this.#box.hidden = false;
    this.#plan.hidden = true;
    this.#preview.clear();
    this.#tell('Starting');
  }

  /** Shows an event of the engine. */
  show(event: ProgressEvent): void {
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
      case 'compile':
      case 'depth':
      case 'content':
      case 'structure':
      case 'denoise':
      case 'decode':
      case 'write':
        this.#work(event);
    }
  }

  /** Says that the run is being ended; it may take until the GPU has finished what it is at. */
  cancelling(): void {
    this.#tell('Cancelling');
  }

  /** The run is over: the plan stays, what was only of interest during it goes. `spoken` is for screen readers. */
  end(spoken = ''): void {
    this.#box.hidden = true;
    this.#preview.clear();
    this.#speak(spoken);
  }

  #work({ phase, done, total, fraction, remaining, preview }: WorkEvent): void {
    const count = total > 1 ? `, ${done} of ${total}` : '';
    const left = Number.isFinite(remaining) ? `about ${durationText(remaining)} left` : '';
    this.#tell(PHASES[phase], left, phase === 'compile' ? undefined : fraction, count);
    if (preview) this.#preview.show(preview());
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
