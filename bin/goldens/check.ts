// What a golden case compares, how it is judged, and how it is printed.

import { relativeRms, worstElement } from '../../test/compare.ts';

/** Bounds of an element: |got − want| ≤ atol + rtol·|want|. */
export interface Bounds {
  readonly atol: number;
  readonly rtol: number;
}

/** One expected output and what the engine gave for it. */
export interface Check {
  readonly output: string;
  readonly want: ArrayLike<number>;
  /** Undefined for an inner activation that no kernel writes, because a fusion goes past it. */
  readonly got: ArrayLike<number> | undefined;
  /** Default: elements within 2e-4 + 2e-4·|want| in f32, relative RMS within 2e-2 in f16. */
  readonly bounds?: Bounds;
}

/** Bounds for what must be equal. */
export const EXACT: Bounds = { atol: 0, rtol: 0 };
const F32_BOUNDS: Bounds = { atol: 2e-4, rtol: 2e-4 };
const F16_RMS = 2e-2;

/** A judged check: its line, and whether it fails the command. */
export interface Verdict {
  readonly line: string;
  readonly failed: boolean;
}

/** Judges a check by its own bounds, else by those of the storage precision. */
export function judge({ output, want, got, bounds }: Check, precision: 'f32' | 'f16'): Verdict {
  const line = (text: string) => `  ${output.padEnd(36)} ${text}`;
  if (!got) return { line: line('not materialised'), failed: false };
  if (got.length !== want.length) {
    return { line: line(`FAILED: ${got.length} elements, expected ${want.length}`), failed: true };
  }
  if (precision === 'f16' && !bounds) {
    const rms = relativeRms(got, want);
    const failed = !(rms <= F16_RMS);
    return { line: line(`relative RMS ${rms.toExponential(2)} of ${F16_RMS}${mark(failed)}`), failed };
  }
  const { atol, rtol } = bounds ?? F32_BOUNDS;
  const { index, ratio, outside } = worstElement(got, want, atol, rtol);
  const failed = outside > 0;
  if (atol === 0 && rtol === 0) {
    const equal = `${want.length - outside} of ${want.length} equal`;
    return {
      line: line(failed ? `${equal}, first difference worst at ${index}${mark(true)}` : equal),
      failed,
    };
  }
  const error = Math.abs(got[index]! - want[index]!);
  const allowed = atol + rtol * Math.abs(want[index]!);
  const numbers = `${error.toExponential(2)} of ${allowed.toExponential(2)}`;
  return { line: line(`${numbers} at ${index} (${(100 * ratio).toFixed(1)} %)${mark(failed)}`), failed };
}

function mark(failed: boolean): string {
  return failed ? '  FAILED' : '';
}
