// Between two contents: CLIP embeddings are directions, so that what lies between two of them lies on a great circle.

/** Sine below which two directions count as one line: rounding says nothing of the plane between them. */
const PARALLEL = 1e-9;

/**
 * Spherical linear interpolation (Shoemake 1985) from `a` (`t` 0) to `b` (`t` 1); the ends are the arguments' own
 * numbers. Lengths are interpolated linearly. Opposite vectors have no shortest way between them: it then leads over a
 * fixed direction at right angles. Where one vector has no direction, the way is straight. Throws RangeError where
 * lengths differ or `t` is not 0 to 1.
 */
export function slerp(a: ArrayLike<number>, b: ArrayLike<number>, t: number): Float64Array {
  if (a.length !== b.length || !(t >= 0 && t <= 1)) {
    throw new RangeError(
      `slerp: expected equal lengths and t of 0 to 1, got ${a.length}, ${b.length} and ${t}`,
    );
  }
  if (t === 0) return Float64Array.from(a);
  if (t === 1) return Float64Array.from(b);
  const from = Float64Array.from(a);
  const to = Float64Array.from(b);
  const [fromLength, toLength] = [Math.hypot(...from), Math.hypot(...to)];
  if (fromLength === 0 || toLength === 0) return from.map((x, i) => (1 - t) * x + t * to[i]!);
  const start = from.map((x) => x / fromLength);
  const end = to.map((x) => x / toLength);
  const cosine = dot(start, end);
  // The part of `end` at right angles to `start`: its length is the sine, exact also where the two are nearly parallel.
  const across = end.map((x, i) => x - cosine * start[i]!);
  const sine = Math.hypot(...across);
  const side = sine > PARALLEL ? across.map((x) => x / sine) : perpendicular(start);
  const angle = t * Math.atan2(sine, cosine);
  const length = (1 - t) * fromLength + t * toLength;
  return start.map((x, i) => length * (Math.cos(angle) * x + Math.sin(angle) * side[i]!));
}

/** A unit vector at right angles to the unit vector `v`: the first axis along which it reaches least, less its part along `v`. */
function perpendicular(v: Float64Array): Float64Array {
  const axis = v.reduce((least, x, i) => (Math.abs(x) < Math.abs(v[least]!) ? i : least), 0);
  const across = v.map((x, i) => (i === axis ? 1 : 0) - v[axis]! * x);
  const length = Math.hypot(...across);
  return length === 0 ? across : across.map((x) => x / length);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0);
}
