// Applies a step's coefficients on the CPU in f64, as coefficients.ts states it.
import { thresholded, type StepCoefficients } from '../../src/sampler/index.ts';

export function applyStep(
  step: StepCoefficients,
  x: ArrayLike<number>,
  output: ArrayLike<number>,
  noise?: ArrayLike<number>,
): Float64Array {
  let clean = step.clean;
  if (clean?.thresholding) {
    const { sample, prediction } = clean;
    const x0 = Float64Array.from(x, (value, i) => sample * value + prediction * output[i]!);
    clean = thresholded(clean, clean.thresholding, x0);
  }
  return Float64Array.from(x, (value, i) => {
    let next = step.sample * value + step.prediction * output[i]!;
    if (step.noise !== 0) next += step.noise * noise![i]!;
    if (clean) {
      const x0 = clean.sample * value + clean.prediction * output[i]!;
      next += clean.weight * Math.min(Math.max(x0, -clean.limit), clean.limit);
    }
    return next;
  });
}
