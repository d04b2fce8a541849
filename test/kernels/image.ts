// Images for the CPU twins: an array [images, height, width, channels] read with edge replication.

/** Reads x[image, y, x, channel]; positions outside are the edge's. */
export type Pixels = (image: number, y: number, x: number, channel: number) => number;

const inside = (position: number, side: number) => Math.min(Math.max(position, 0), side - 1);

/** The reader of an NHWC array. */
export function pixels(data: ArrayLike<number>, height: number, width: number, channels: number): Pixels {
  return (image, y, x, channel) =>
    data[((image * height + inside(y, height)) * width + inside(x, width)) * channels + channel]!;
}

/** Fills `[images, height, width, channels]` from a function of the position. */
export function fillImage(
  [images, height, width, channels]: readonly [number, number, number, number],
  value: Pixels,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(images * height * width * channels);
  let i = 0;
  for (let n = 0; n < images; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) out[i++] = value(n, y, x, c);
    }
  }
  return out;
}
