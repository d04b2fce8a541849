// Pointwise nonlinearities for epilogues: `activate` for f32, `activate4` for vec4f, chosen by the constant ACTIVATION.
// Put after a kernel's own text (WGSL needs no order), so that error messages keep the kernel's line numbers.
// gelu is the exact one, x Phi(x), with erfc by Abramowitz and Stegun 7.1.26 (|error| < 1.5e-7); near -inf it
// decays to zero without cancellation. NaN goes through every branch.

const ACTIVATION_SILU = 1u;
const ACTIVATION_GELU = 2u;
const ACTIVATION_QUICK_GELU = 3u;
const ACTIVATION_RELU = 4u;

fn gelu(x: vec4f) -> vec4f {
  let z = abs(x) * 0.7071067811865476;
  let t = 1.0 / (1.0 + 0.3275911 * z);
  let poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  let tail = 0.5 * poly * exp(-z * z);
  return x * select(1.0 - tail, tail, x < vec4f(0.0));
}

fn activate4(x: vec4f) -> vec4f {
  if (ACTIVATION == ACTIVATION_SILU) { return x / (1.0 + exp(-x)); }
  if (ACTIVATION == ACTIVATION_GELU) { return gelu(x); }
  if (ACTIVATION == ACTIVATION_QUICK_GELU) { return x / (1.0 + exp(-1.702 * x)); }
  if (ACTIVATION == ACTIVATION_RELU) { return select(x, vec4f(0.0), x < vec4f(0.0)); }
  return x;
}

fn activate(x: f32) -> f32 { return activate4(vec4f(x)).x; }
