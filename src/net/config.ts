// Reads a network's config.json key by key: present and valid, absent (the default of the published class), or a
// WeightsError that names the key, its value and what is allowed. Null counts as absent, as in diffusers.
import { WeightsError } from './errors.ts';

/** Typed access to the keys of one config. Every method throws `WeightsError`, for a missing key without fallback too. */
export class Config {
  readonly #values: Readonly<Record<string, unknown>>;

  /** `file` is the path or URL for messages. Throws `WeightsError` if `json` is not an object. */
  constructor(
    json: unknown,
    readonly file: string,
  ) {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw new WeightsError({ file, expected: 'a JSON object', got: show(json) });
    }
    this.#values = json as Record<string, unknown>;
  }

  /** A whole number of at least `least` (default 1): counts, sizes, channels. */
  count(key: string, fallback?: number, least = 1): number {
    const value = this.#values[key] ?? fallback;
    if (isCount(value, least)) return value;
    throw this.refused(key, `a whole number of at least ${least}`);
  }

  /** A list of whole numbers of at least `least` (default 1); not empty. */
  counts(key: string, fallback?: readonly number[], least = 1): readonly number[] {
    const value = this.#values[key] ?? fallback;
    if (isArray(value) && value.length > 0 && value.every((item): item is number => isCount(item, least)))
      return value;
    throw this.refused(key, `a list of whole numbers of at least ${least}`);
  }

  /** A finite number. */
  number(key: string, fallback?: number): number {
    const value = this.#values[key] ?? fallback;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw this.refused(key, 'a number');
  }

  /** A list of finite numbers; not empty. */
  numbers(key: string, fallback?: readonly number[]): readonly number[] {
    const value = this.#values[key] ?? fallback;
    if (isArray(value) && value.length > 0 && value.every((item): item is number => Number.isFinite(item)))
      return value;
    throw this.refused(key, 'a list of numbers');
  }

  /** True or false. */
  boolean(key: string, fallback?: boolean): boolean {
    const value = this.#values[key] ?? fallback;
    if (typeof value === 'boolean') return value;
    throw this.refused(key, 'true or false');
  }

  /** A list of `length` booleans. */
  booleans(key: string, length: number, fallback?: readonly boolean[]): readonly boolean[] {
    const value = this.#values[key] ?? fallback;
    if (
      isArray(value) &&
      value.length === length &&
      value.every((item): item is boolean => typeof item === 'boolean')
    ) {
      return value;
    }
    throw this.refused(key, `a list of ${length} times true or false`);
  }

  /** One of a few words; `fallback` is the default of the class and may be a word that is not allowed. */
  oneOf<T extends string>(key: string, allowed: readonly T[], fallback?: string): T {
    const value = this.#values[key] ?? fallback;
    const found = allowed.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    throw this.refused(key, allowed.map((word) => `'${word}'`).join(' or '));
  }

  /** Refuses a graph that the network here does not have: `key` must be absent or equal to `only` (lists: every item). */
  only(key: string, only: string | number | boolean | null): void {
    const value = this.#values[key] ?? null;
    if (
      value === null ||
      (isArray(value) && only !== null ? value.every((item) => item === only) : value === only)
    ) {
      return;
    }
    throw this.refused(key, `${show(only)}, the only graph implemented`);
  }

  /** A nested object, `text_config`; empty when absent. */
  section(key: string): Config {
    return new Config(this.#values[key] ?? {}, `${this.file} (${key})`);
  }

  /** Whether the key is present and not null. */
  has(key: string): boolean {
    return (this.#values[key] ?? null) !== null;
  }

  /** The error for a key whose value does not go with what the network allows. */
  refused(key: string, allowed: string): WeightsError {
    const got = this.has(key) ? show(this.#values[key]) : 'no such key';
    return new WeightsError({ file: this.file, expected: `${key} to be ${allowed}`, got });
  }
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isCount(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
