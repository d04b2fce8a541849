// Goldens are NCHW, as torch writes them; activations here are NHWC.

interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** `[N, C, H, W]` as `[N, H, W, C]`. Throws RangeError unless there are four sides. */
export function toNhwc({ shape, data }: Numbers): { shape: number[]; data: Float32Array<ArrayBuffer> } {
  const [n, c, h, w] = foursome(shape);
  return { shape: [n, h, w, c], data: transposed(data, n, c, h * w) };
}

/** `[N, H, W, C]` as `[N, C, H, W]`. Throws RangeError unless there are four sides. */
export function toNchw({ shape, data }: Numbers): { shape: number[]; data: Float32Array<ArrayBuffer> } {
  const [n, h, w, c] = foursome(shape);
  return { shape: [n, c, h, w], data: transposed(data, n, h * w, c) };
}

function foursome(shape: readonly number[]): [number, number, number, number] {
  const [a, b, c, d, ...more] = shape;
  if (a === undefined || b === undefined || c === undefined || d === undefined || more.length > 0) {
    throw new RangeError(`layout: expected four sides, got [${shape.join(', ')}]`);
  }
  return [a, b, c, d];
}

// `count` matrices of rows x columns, each transposed.
function transposed(data: Float32Array | Int32Array, count: number, rows: number, columns: number) {
  const out = new Float32Array(data.length);
  for (let matrix = 0, at = 0; matrix < count; matrix++) {
    const from = matrix * rows * columns;
    for (let column = 0; column < columns; column++) {
      for (let row = 0; row < rows; row++) out[at++] = data[from + row * columns + column]!;
    }
  }
  return out;
}
