// Decoded frames to what the networks see: RGB in 0..1, upright, at the working size.

import type { Orientation } from '../../codec/movie.ts';
import type { Planes } from '../../codec/planes.ts';
import type { Program } from '../../gpu/index.ts';
import { resize } from '../../kernels/resize.ts';
import { yuvToRgb } from '../../kernels/yuv_to_rgb.ts';
import type { Size } from '../ask/geometry.ts';
import type { Engine } from '../model/engine.ts';

/** A frame's pixels and how they must be turned to be shown. */
export interface Pixels {
  readonly planes: Planes;
  readonly orientation: Orientation;
}

/** One frame to `[1, h, w, 3]`, output `rgb`, stretched to `size` by an antialiased bilinear filter. */
export async function ingest(engine: Engine, pixels: Pixels, size: Size): Promise<Program> {
  const { planes } = pixels;
  const program =
    planes.format === 'RGBA' ? rgbProgram(engine, pixels, size) : yuvProgram(engine, pixels, size);
  if (planes.format === 'RGBA') program.write('rgb', uprightRgb(pixels).rgb);
  else program.write('bytes', words(planes.data));
  await program.run();
  return program;
}

function yuvProgram(engine: Engine, { planes, orientation }: Pixels, { width, height }: Size): Program {
  const { format, coding } = planes;
  if (format === 'RGBA') throw new TypeError('yuvProgram: expected a YUV format, got RGBA');
  const { matrix, fullRange } = coding;
  const { rotation, flip } = orientation;
  const name = [
    format,
    `${planes.width}x${planes.height}`,
    matrix,
    fullRange,
    rotation,
    flip,
    `${width}x${height}`,
  ].join(' ');
  return engine.program(`ingest ${name}`, (rec) => {
    const bytes = rec.input('bytes', [Math.ceil(planes.data.length / 4)], 'u32');
    const rgb = yuvToRgb(rec, bytes, {
      format,
      width: planes.width,
      height: planes.height,
      ...coding,
      orientation,
    });
    rec.output('rgb', resize(rec, rgb, [height, width], { mode: 'pillow-bilinear' }));
  });
}

function rgbProgram(engine: Engine, pixels: Pixels, { width, height }: Size): Program {
  const { width: w, height: h } = uprightSize(pixels);
  return engine.program(`ingest RGB ${w}x${h} ${width}x${height}`, (rec) => {
    const rgb = rec.input('rgb', [1, h, w, 3], rec.precision);
    rec.output('rgb', resize(rec, rgb, [height, width], { mode: 'pillow-bilinear' }));
  });
}

function words(bytes: Uint8Array): Uint32Array {
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  return new Uint32Array(padded.buffer);
}

function uprightSize({ planes, orientation }: Pixels): Size {
  const { width, height } = planes;
  return orientation.rotation % 180 === 0 ? { width, height } : { width: height, height: width };
}

/** RGBA bytes as upright RGB floats in 0..1. Frames that are no 4:2:0 and pictures come this way. */
export function uprightRgb(pixels: Pixels): Size & { readonly rgb: Float32Array } {
  const { data, width: storedWidth, height: storedHeight } = pixels.planes;
  const { rotation, flip } = pixels.orientation;
  const { width, height } = uprightSize(pixels);
  const rgb = new Float32Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let column = 0; column < width; column++) {
      const x = flip ? width - 1 - column : column;
      const [sx, sy] = storedAt(rotation, x, y, storedWidth, storedHeight);
      const from = 4 * (sy * storedWidth + sx);
      const to = 3 * (y * width + column);
      for (let c = 0; c < 3; c++) rgb[to + c] = data[from + c]! / 255;
    }
  }
  return { width, height, rgb };
}

/** Which stored pixel is shown at (x, y) after a clockwise turn. */
function storedAt(
  rotation: Orientation['rotation'],
  x: number,
  y: number,
  width: number,
  height: number,
): [number, number] {
  switch (rotation) {
    case 0:
      return [x, y];
    case 90:
      return [y, height - 1 - x];
    case 180:
      return [width - 1 - x, height - 1 - y];
    case 270:
      return [width - 1 - y, x];
  }
}
