// Which of a kernel's variants a device takes for a shape: what the caller fixed, what the run has taken before, what
// was measured on this adapter, else the author's guess.

/** A question that only the clock can answer: which candidate is fastest here. */
export interface Question {
  /** The kernel family, as in {@link FixedChoices}: `gemm`. */
  readonly family: string;
  /** Everything that the time depends on, as text: sizes, element types, what the epilogue does. */
  readonly shape: string;
  /** Variants that do this shape, the author's guess first. A few: each is compiled to be timed. */
  readonly candidates: readonly [string, ...string[]];
}

/** A candidate by family, taken wherever it does the shape. */
export type FixedChoices = Readonly<Record<string, string>>;

/** Candidates by {@link questionKey}. */
export type ChosenVariants = Map<string, string>;

/** The choices of one device. */
export class Choices {
  /** What was measured on this adapter. */
  readonly measured: ChosenVariants = new Map();

  /**
   * `noted` is what a run took: with it, whatever is recorded again for the run is recorded the same way, also on another
   * device. It belongs to the run, which empties it when it begins.
   */
  constructor(
    private readonly fixed: FixedChoices = {},
    private readonly noted?: ChosenVariants,
  ) {}

  /** Whether nothing answers but the author's guess. */
  isOpen(question: Question): boolean {
    return question.candidates.length > 1 && this.#known(question) === undefined;
  }

  /** The candidate to record. */
  choose(question: Question): string {
    const chosen = this.#known(question) ?? question.candidates[0];
    if (question.candidates.length > 1) this.noted?.set(questionKey(question), chosen);
    return chosen;
  }

  #known(question: Question): string | undefined {
    const key = questionKey(question);
    const answers = [this.fixed[question.family], this.noted?.get(key), this.measured.get(key)];
    return answers.find((name) => name !== undefined && question.candidates.includes(name));
  }
}

/** What names a question in caches. A new candidate makes it another one, which is asked again. */
export function questionKey({ family, shape, candidates }: Question): string {
  return `${family} ${shape}: ${candidates.join(' ')}`;
}
