// Sine and cosine of whole turns to 1e-7: WGSL promises its own only 2^-11, and only within [-pi, pi].
// Quadrant, then the minimax polynomials of Cephes' sinf and cosf on [-pi/4, pi/4].

/** (sin, cos) of 2 pi * turns, |turns| < 2^20. */
fn sine_cosine(turns: f32) -> vec2f {
  const TAU = 6.28318530717959;
  let quarter = round(4.0 * turns);
  let a = TAU * (turns - 0.25 * quarter);
  let z = a * a;
  let s = a + a * z * ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1);
  let c = 1.0 - 0.5 * z + z * z * ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2);
  let quadrant = u32(i32(quarter)) & 3u;
  let turned = select(vec2f(s, c), vec2f(c, -s), (quadrant & 1u) == 1u);
  return select(turned, -turned, quadrant >= 2u);
}

