// Decoded frames to RGB: our own definition of the colour conversion, the same in every browser.

import wgsl from './yuv_to_rgb.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  type DType,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';
import { halved, levels, LUMA_WEIGHTS, type YuvEncoding, type YuvFormat } from './yuv.ts';

const YUV_TO_RGB: ShaderSource = { name: 'yuv_to_rgb', wgsl };

/** Where a plane lies in the bytes, as `VideoFrame.copyTo` reports it. */
export interface YuvPlane {
  readonly offset: number;
  readonly stride: number;
}

/** Options of {@link yuvToRgb}. */
export interface YuvToRgbOptions extends YuvEncoding {
  readonly format: YuvFormat;
  /** Stored size in pixels (of the visible part), before the turn. Odd sides have rounded-up chroma planes. */
  readonly width: number;
  readonly height: number;
  /** One a plane; default one after the other without padding. */
  readonly planes?: readonly YuvPlane[];
  /** Clockwise turn to show the frame upright, and a horizontal mirror after it; default none. */
  readonly orientation?: { readonly rotation: 0 | 90 | 180 | 270; readonly flip: boolean };
  /** Element type of the result; default the recorder's precision. */
  readonly dtype?: DType;
}

/**
 * One frame of 8-bit YUV to R'G'B' `[1, height, width, 3]`, 0..1, turned upright (a quarter turn swaps the sides).
 * `bytes` is u32, four bytes a word as they lie in memory. Chroma is interpolated bilinearly with left siting, the
 * default of H.264 and HEVC. Sample aspect is the following `resize`'s matter.
 * Throws RangeError when the planes do not fit the format or do not lie within `bytes`.
 */
export function yuvToRgb(rec: Recorder, bytes: Tensor, options: YuvToRgbOptions): Tensor {
  const { format, width, height, matrix, fullRange, dtype = rec.precision } = options;
  const { rotation, flip } = options.orientation ?? { rotation: 0, flip: false };
  const subsampled = [format === 'I444' ? 0 : 1, format === 'I420' || format === 'NV12' ? 1 : 0];
  const chromaSize = [
    subsampled[0] ? halved(width) : width,
    subsampled[1] ? halved(height) : height,
  ] as const;
  const step = format === 'NV12' ? 2 : 1;
  const rows = [
    { bytes: width, count: height },
    ...Array.from({ length: 3 - step }, () => ({ bytes: chromaSize[0] * step, count: chromaSize[1] })),
  ];
  const planes = options.planes ?? packed(rows);
  checkPlanes(options, bytes, planes, rows);

  const [shownWidth, shownHeight] = rotation % 180 === 0 ? [width, height] : [height, width];
  const out = rec.tensor([1, shownHeight, shownWidth, 3], dtype, 'rgb');
  const [luma, cb, cr = { offset: cb!.offset + 1, stride: cb!.stride }] = planes;
  const [kr, kb] = LUMA_WEIGHTS[matrix];
  const level = levels(fullRange);
  rec.dispatch({
    source: YUV_TO_RGB,
    prelude: { types: { X: dtype } },
    inputs: [bytes],
    outputs: [out],
    params: [
      ...[shownWidth, shownHeight, width, height],
      ...[luma!, cb!, cr].flatMap(({ offset, stride }) => [offset, stride]),
      ...[...chromaSize, ...subsampled, step, rotation / 90, flip ? 1 : 0],
      ...[kr, kb, level.black, 1 / level.luma, 1 / level.chroma].map((f32) => ({ f32 })),
    ],
    workgroups: flatGrid(ceilDiv(width * height, 64)),
    flops: 30 * width * height,
  });
  return out;
}

interface Rows {
  readonly bytes: number;
  readonly count: number;
}

function packed(rows: readonly Rows[]): YuvPlane[] {
  let end = 0;
  return rows.map(({ bytes, count }) => {
    const offset = end;
    end += bytes * count;
    return { offset, stride: bytes };
  });
}

function checkPlanes(
  { format, width, height }: YuvToRgbOptions,
  bytes: Tensor,
  planes: readonly YuvPlane[],
  rows: readonly Rows[],
): void {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RangeError(`yuvToRgb: expected whole width and height from 1, got ${width} x ${height}`);
  }
  if (planes.length !== rows.length) {
    throw new RangeError(`yuvToRgb: ${format} has ${rows.length} planes, got ${planes.length}`);
  }
  const end = planes.reduce((most, { offset, stride }, i) => {
    const { bytes: row, count } = rows[i]!;
    if (stride < row)
      throw new RangeError(`yuvToRgb: plane ${i} has rows of ${row} bytes, its stride is ${stride}`);
    return Math.max(most, offset + stride * (count - 1) + row);
  }, 0);
  if (bytes.dtype !== 'u32' || 4 * elementCount(bytes.shape) < end) {
    throw new RangeError(
      `yuvToRgb: expected ${Math.ceil(end / 4)} u32 words for ${format} of ${width} x ${height}, got ${elementCount(bytes.shape)} ${bytes.dtype}`,
    );
  }
}
