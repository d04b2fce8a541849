// Input channels one by one: for pixels whose number of channels is no multiple of four.
alias XK = X;
const VECTOR_K = false;

fn widen(value: XK) -> vec4f { return vec4f(f32(value)); }
