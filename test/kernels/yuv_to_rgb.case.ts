import { yuvToRgb, type YuvToRgbOptions } from '../../src/kernels/yuv_to_rgb.ts';
import { uniform } from '../random.ts';
import { fillImage, pixels, type Pixels } from './image.ts';
import type { KernelCase, Shape } from './run-case.ts';

const WEIGHTS = { bt601: [0.299, 0.114], bt709: [0.2126, 0.0722], bt2020: [0.2627, 0.0593] } as const;
const VARIANTS: Readonly<Record<string, Pick<YuvToRgbOptions, 'format' | 'matrix' | 'fullRange'>>> = {
  'I420 bt601 limited': { format: 'I420', matrix: 'bt601', fullRange: false },
  'I420 bt709 full': { format: 'I420', matrix: 'bt709', fullRange: true },
  'NV12 bt709 limited': { format: 'NV12', matrix: 'bt709', fullRange: false },
  'I422 bt2020 limited': { format: 'I422', matrix: 'bt2020', fullRange: false },
  'I444 bt601 full': { format: 'I444', matrix: 'bt601', fullRange: true },
};

/** Bytes of padding at each row's end, and before the first plane, where a shape says `padded`. */
const PADDING = 3;

const half = (side: number) => Math.ceil(side / 2);

/** Rows and bytes of the planes as they lie one after the other. */
function planesOf(variant: string, { w = 0, h = 0, padded = 0 }: Shape) {
  const { format } = VARIANTS[variant]!;
  const chroma = [
    format === 'I444' ? w : half(w),
    format === 'I444' || format === 'I422' ? h : half(h),
  ] as const;
  const step = format === 'NV12' ? 2 : 1;
  const pad = padded * PADDING;
  const sizes = [[w, h], ...Array.from({ length: step === 2 ? 1 : 2 }, () => [chroma[0] * step, chroma[1]])];
  let offset = pad;
  const planes = sizes.map(([bytes = 0, rows = 0]) => {
    const plane = { offset, stride: bytes + pad };
    offset += plane.stride * rows;
    return plane;
  });
  const [luma, cb, cr = { offset: cb!.offset + 1, stride: cb!.stride }] = planes;
  return { planes, views: [luma!, cb!, cr] as const, chroma, step };
}

/** Shown pixel to stored pixel, by undoing mirror and turn one after the other. */
function stored(
  { w = 0, h = 0, rotation = 0, flip = 0 }: Shape,
  y: number,
  x: number,
): [y: number, x: number] {
  let [width, height] = rotation % 180 === 0 ? [w, h] : [h, w];
  if (flip) x = width - 1 - x;
  for (let turn = rotation; turn > 0; turn -= 90) {
    // One turn clockwise took stored (y, x) to (x, rows - 1 - y).
    [y, x] = [width - 1 - x, y];
    [width, height] = [height, width];
  }
  return [y, x];
}

/** Samples at half the rate, read at full: left-sited across, centred down. */
function upsampled(read: Pixels, subX: boolean, subY: boolean): Pixels {
  return (n, y, x, c) => {
    const [cy, cx] = [subY ? y / 2 - 0.25 : y, subX ? x / 2 : x];
    const [top, left] = [Math.floor(cy), Math.floor(cx)];
    const row = (line: number) =>
      (1 - (cx - left)) * read(n, line, left, c) + (cx - left) * read(n, line, left + 1, c);
    return (1 - (cy - top)) * row(top) + (cy - top) * row(top + 1);
  };
}

/** Every variant is a format with its matrix and range; orientation and padding vary with the shape. */
export const yuvToRgbCase: KernelCase = {
  op: 'yuv_to_rgb',
  variants: Object.keys(VARIANTS),
  shapes: [
    { w: 1, h: 1, rotation: 0, flip: 0, padded: 0 },
    { w: 3, h: 2, rotation: 90, flip: 0, padded: 1 },
    { w: 5, h: 7, rotation: 180, flip: 1, padded: 0 },
    { w: 8, h: 6, rotation: 270, flip: 0, padded: 1 },
    { w: 13, h: 4, rotation: 90, flip: 1, padded: 0 },
    { w: 97, h: 61, rotation: 0, flip: 1, padded: 1 },
  ],
  inputs({ w = 0, h = 0 }) {
    const next = uniform(5);
    // Room for any of the formats.
    const words = Math.ceil((3 * (w + PADDING + 1) * (h + 1) + PADDING) / 4);
    const data = Uint32Array.from({ length: words }, () => Math.floor(next() * 2 ** 32));
    return { bytes: { shape: [words], data } };
  },
  record(rec, shape, variant, { bytes }) {
    const { w = 0, h = 0, rotation = 0, flip = 0, padded = 0 } = shape;
    return yuvToRgb(rec, bytes!, {
      ...VARIANTS[variant]!,
      width: w,
      height: h,
      ...(padded && { planes: planesOf(variant, shape).planes }),
      orientation: { rotation: rotation as 0 | 90 | 180 | 270, flip: flip === 1 },
    });
  },
  reference(shape, { bytes }, variant) {
    const { w = 0, h = 0, rotation = 0 } = shape;
    const { matrix, fullRange } = VARIANTS[variant]!;
    const { views, chroma, step } = planesOf(variant, shape);
    const raw = new Uint8Array(Uint32Array.from(bytes!).buffer);
    const [luma, cb, cr] = views.map(({ offset, stride }, i) => {
      const [width, height] = i === 0 ? [w, h] : chroma;
      const samples = Array.from({ length: width * height }, (_, j) => {
        const position = (j % width) * (i === 0 ? 1 : step);
        return raw[offset + Math.floor(j / width) * stride + position]!;
      });
      const read = pixels(samples, height, width, 1);
      return i === 0 ? read : upsampled(read, width < w, height < h);
    }) as [Pixels, Pixels, Pixels];
    const [kr, kb] = WEIGHTS[matrix];
    const [shownW, shownH] = rotation % 180 === 0 ? [w, h] : [h, w];
    return fillImage([1, shownH, shownW, 3], (_, shownY, shownX, c) => {
      const [row, col] = stored(shape, shownY, shownX);
      const y = fullRange ? luma(0, row, col, 0) / 255 : (luma(0, row, col, 0) - 16) / 219;
      const pb = (cb(0, row, col, 0) - 128) / (fullRange ? 255 : 224);
      const pr = (cr(0, row, col, 0) - 128) / (fullRange ? 255 : 224);
      const red = y + 2 * (1 - kr) * pr;
      const blue = y + 2 * (1 - kb) * pb;
      const rgb = [red, (y - kr * red - kb * blue) / (1 - kr - kb), blue];
      return Math.min(Math.max(rgb[c]!, 0), 1);
    });
  },
  flops: ({ w = 0, h = 0 }) => 30 * w * h,
  bytes: ({ w = 0, h = 0 }, size) => 3 * size * w * h + w * h + 2 * Math.ceil(w / 2) * Math.ceil(h / 2),
  rtol: 0,
  atol: 2e-6,
};
