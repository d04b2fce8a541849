// Columns in fours: one vec4 load and store each.
alias F = vec4f;
alias WF = W4;
alias YF = Y4;

fn activateF(x: vec4f) -> vec4f { return activate4(x); }

/// Value and gate in alternate columns (packGeglu): eight columns give four.
fn geglu(a: vec4f, b: vec4f) -> vec4f { return vec4f(a.xz, b.xz) * gelu(vec4f(a.yw, b.yw)); }
