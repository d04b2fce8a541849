// Comparison of computed numbers with expected ones: |got - want| <= atol + rtol * |want|, NaN never passes.

/** `label` names what is compared in the message. */
export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
  readonly label: string;
}

/** Passes if every element lies within the tolerance; else throws, naming the element that is worst against it. */
export function expectClose(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  { atol, rtol, label }: Tolerance,
): void {
  if (got.length !== want.length)
    throw new Error(`${label}: ${got.length} elements, expected ${want.length}.`);
  const { index, ratio, outside } = worstElement(got, want, atol, rtol);
  if (outside === 0) return;
  throw new Error(
    `${label}: ${outside} of ${want.length} outside atol ${atol} + rtol ${rtol}; worst at index ${index}: ` +
      `got ${got[index]}, want ${want[index]}, ${ratio.toPrecision(3)} times the tolerance.`,
  );
}

/** The element that is worst against the tolerance (`ratio` 1 is just inside), and how many are outside. */
export function worstElement(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  atol: number,
  rtol: number,
): { index: number; ratio: number; outside: number } {
  const worst = { index: 0, ratio: -1, outside: 0 };
  for (let i = 0; i < want.length; i++) {
    const ratio = excess(got[i]!, want[i]!, atol, rtol);
    if (ratio > 1) worst.outside++;
    if (ratio > worst.ratio) [worst.index, worst.ratio] = [i, ratio];
  }
  return worst;
}

/** sqrt(sum (got - want)^2 / sum want^2). NaN if any element is; throws on a length mismatch. */
export function relativeRms(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length)
    throw new Error(`relativeRms: ${got.length} elements, expected ${want.length}.`);
  let error = 0;
  let power = 0;
  for (let i = 0; i < want.length; i++) {
    error += (got[i]! - want[i]!) ** 2;
    power += want[i]! ** 2;
  }
  return error === 0 && power === 0 ? 0 : Math.sqrt(error / power);
}

// Error in units of the tolerance; infinite for NaN and for infinities that differ.
function excess(got: number, want: number, atol: number, rtol: number): number {
  if (got === want) return 0;
  const ratio = Math.abs(got - want) / (atol + rtol * Math.abs(want));
  return Number.isFinite(got) && Number.isFinite(want) ? ratio : Infinity;
}
