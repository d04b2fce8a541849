// Reads single keys of a scheduler_config.json: present and valid, absent (the class's default), or a RangeError
// that names key, value and what is allowed.

/** A parsed scheduler_config.json. Throws `RangeError` if `json` is not an object. */
export function configReader(json: unknown): ConfigReader {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new RangeError(`A scheduler config must be a JSON object, got ${show(json)}.`);
  }
  return new ConfigReader(json as Record<string, unknown>);
}

/** Typed access to the keys of one config; null counts as absent, as in diffusers. */
export class ConfigReader {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  number(key: string, fallback: number, allowed: string, valid: (value: number) => boolean): number {
    const value = this.values[key] ?? fallback;
    if (typeof value === 'number' && Number.isFinite(value) && valid(value)) return value;
    throw refused(key, value, allowed);
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.values[key] ?? fallback;
    if (typeof value === 'boolean') return value;
    throw refused(key, value, 'true or false');
  }

  oneOf<T extends string>(key: string, fallback: T, allowed: readonly T[]): T {
    const value = this.values[key] ?? fallback;
    const found = allowed.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    throw refused(key, value, allowed.join(', '));
  }

  numbers(
    key: string,
    allowed: string,
    valid: (values: readonly number[]) => boolean,
  ): readonly number[] | undefined {
    const value = this.values[key] ?? undefined;
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every((item) => typeof item === 'number') && valid(value)) return value;
    throw refused(key, value, allowed);
  }
}

function refused(key: string, value: unknown, allowed: string): RangeError {
  return new RangeError(`Scheduler config: ${key} is ${show(value)}, allowed: ${allowed}.`);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
