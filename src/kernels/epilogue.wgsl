// What follows a sum of products, shared by the products (gemm.wgsl) and Winograd's output transform:
//   out = activation(sum + bias[column] + rowBias[row / rowsPerBias, column]) + residual + residual2
// The kernel declares `bias` (WF), `rowBias`, `residual`, `residual2` and `out` (YF) and has `columns`, `rowsPerBias` and
// `terms` among its params; lanes_1.wgsl or lanes_4.wgsl has F, WF and YF, activation.wgsl the activation.

const BIAS = 1u;
const ROW_BIAS = 2u;
const RESIDUAL = 4u;
const RESIDUAL_2 = 8u;

/// Asked once an output: a uniform branch costs less than a pipeline for every combination of terms, but for none at all.
fn has(term: u32) -> bool { return HAS_TERMS && (p.terms & term) != 0u; }

fn biased(row: u32, column: u32, sum: F) -> F {
  var value = sum;
  if (has(BIAS)) { value += F(bias[column]); }
  if (has(ROW_BIAS)) { value += F(rowBias[(row / p.rowsPerBias) * p.columns + column]); }
  return value;
}

fn write(index: u32, activated: F) {
  var value = activated;
  if (has(RESIDUAL)) { value += F(residual[index]); }
  if (has(RESIDUAL_2)) { value += F(residual2[index]); }
  out[index] = YF(value);
}
