// Which way up a track is shown: the matrices of tkhd and mvhd, reduced to quarter turns and a mirror.
import { mat2 } from 'gl-matrix';
import type { Orientation } from './movie.ts';

/** Upright, not mirrored. */
export const UPRIGHT: Orientation = { rotation: 0, flip: false };

/**
 * Orientation of a track shown through its own matrix and then the movie's (ISO/IEC 14496-12, 6.2.2: [x y 1] times
 * {a b u; c d v; x y w}; only a, b, c, d matter here). Quarter turns and mirrors are kept, whatever their scale; any
 * other matrix (45°, shear, all zero) counts as upright, as browsers do.
 */
export function orientationOf(track: ArrayLike<number>, movie: ArrayLike<number>): Orientation {
  // gl-matrix is column-major and multiplies columns: passing rows as columns makes it movie·track in its terms.
  const [a, b, c, d] = mat2.multiply(mat2.create(), linearPart(movie), linearPart(track)) as unknown as [
    number,
    number,
    number,
    number,
  ];
  const straight = Math.min(Math.abs(a), Math.abs(d));
  const crossed = Math.min(Math.abs(b), Math.abs(c));
  const tolerance = 1e-3 * Math.max(straight, crossed);
  if (straight > 0 && Math.max(Math.abs(b), Math.abs(c)) <= tolerance) {
    const flip = a < 0 !== d < 0;
    return { rotation: d < 0 ? 180 : 0, flip };
  }
  if (crossed > 0 && Math.max(Math.abs(a), Math.abs(d)) <= tolerance) {
    // x' = c·y, y' = b·x: clockwise by 90 has c < 0 < b. The mirror comes after the turn, hence decides by c alone.
    const flip = b < 0 === c < 0;
    return { rotation: b < 0 ? 270 : 90, flip };
  }
  return UPRIGHT;
}

const linearPart = (matrix: ArrayLike<number>): mat2 =>
  mat2.fromValues(matrix[0] ?? 0, matrix[1] ?? 0, matrix[3] ?? 0, matrix[4] ?? 0);

/** Size after the turn. */
export function turned(width: number, height: number, { rotation }: Orientation): [number, number] {
  return rotation === 90 || rotation === 270 ? [height, width] : [width, height];
}
