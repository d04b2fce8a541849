// Columns one by one: for products whose number of columns is no multiple of four.
alias F = f32;
alias WF = W;
alias YF = Y;

fn activateF(x: f32) -> f32 { return activate(x); }

/// Value and gate in alternate columns (packGeglu).
fn geglu(value: f32, gate: f32) -> f32 { return value * gelu(vec4f(gate)).x; }
