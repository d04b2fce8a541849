// What a golden case compares, how it is judged, and how it is printed.

import { relativeRms, worstElement } from '../../test/compare.ts';
import { psnr } from '../../test/editor/golden_edit.ts';

/** What is allowed: per element |got − want| ≤ atol + rtol·|want|, or over all a relative RMS or at least a PSNR in dB. */
export type Bounds =
  | { readonly atol: number; readonly rtol: number }
  | { readonly relativeRms: number }
  | { readonly psnr: number };

/** One expected output and what the engine gave for it. */
export interface Check {
  readonly output: string;
  readonly want: ArrayLike<number>;
  /** Undefined for an inner activation that no kernel writes, because a fusion goes past it. */
  readonly got: ArrayLike<number> | undefined;
  /** Default: that of a network's output in the storage precision. */
  readonly bounds?: Bounds;
}

/** Bounds for what must be equal. */
export const EXACT = { atol: 0, rtol: 0 };
const NETWORK: Readonly<Record<'f32' | 'f16', Bounds>> = {
  f32: { atol: 2e-4, rtol: 2e-4 },
  f16: { relativeRms: 2e-2 },
};

/** A judged check: its line, and whether it fails the command. */
export interface Verdict {
  readonly line: string;
  readonly failed: boolean;
}

/** Judges a check by its own bounds, else by those of the storage precision. NaN fails. */
export function judge({ output, want, got, bounds }: Check, precision: 'f32' | 'f16'): Verdict {
  const name = `  ${output.padEnd(36)} `;
  if (!got) return { line: `${name}not materialised`, failed: false };
  if (got.length !== want.length) {
    return { line: `${name}FAILED: ${got.length} elements, expected ${want.length}`, failed: true };
  }
  const { text, failed } = measure(got, want, bounds ?? NETWORK[precision]);
  return { line: `${name}${text}${failed ? '  FAILED' : ''}`, failed };
}

function measure(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  bounds: Bounds,
): { text: string; failed: boolean } {
  if ('relativeRms' in bounds) {
    const rms = relativeRms(got, want);
    const text = `relative RMS ${rms.toExponential(2)} of ${bounds.relativeRms}`;
    return { text, failed: !(rms <= bounds.relativeRms) };
  }
  if ('psnr' in bounds) {
    const decibels = psnr(got, want);
    return { text: `PSNR ${decibels.toFixed(1)} dB of ${bounds.psnr}`, failed: !(decibels >= bounds.psnr) };
  }
  const { atol, rtol } = bounds;
  const { index, ratio, outside } = worstElement(got, want, atol, rtol);
  const failed = outside > 0;
  if (atol === 0 && rtol === 0) return { text: `${want.length - outside} of ${want.length} equal`, failed };
  const error = Math.abs(got[index]! - want[index]!).toExponential(2);
  const allowed = (atol + rtol * Math.abs(want[index]!)).toExponential(2);
  return { text: `${error} of ${allowed} at ${index} (${(100 * ratio).toFixed(1)} %)`, failed };
}
