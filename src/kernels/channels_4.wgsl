// Input channels in fours: one vec4 load each.
alias XK = X4;
const VECTOR_K = true;

fn widen(value: XK) -> vec4f { return vec4f(value); }
