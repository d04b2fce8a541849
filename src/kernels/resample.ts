// Antialiased resize in two passes, one a side, as Pillow's Image.resize.

import wgsl from './resample.wgsl?raw';
import weightsSource from './resample_weights.wgsl?raw';
import trigonometry from './trigonometry.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';
import { byWidth, widthOf } from './width.ts';

/** Filters of Pillow's Image.resize: BILINEAR (a triangle), BICUBIC (a = -0.5), LANCZOS (3 lobes). */
export type ResampleFilter = 'pillow-bilinear' | 'pillow-bicubic' | 'lanczos';

/** In the order of the constants in resample_weights.wgsl; each one's support is its index + 1. */
const FILTERS: readonly ResampleFilter[] = ['pillow-bilinear', 'pillow-bicubic', 'lanczos'];

const RESAMPLE = byWidth('resample', wgsl);
const WEIGHTS: ShaderSource = { name: 'resample_weights', wgsl: weightsSource + trigonometry };

/** A filter, and whether each pass rounds to 1/255 (see `ResizeOptions`). */
export interface ResampleOptions {
  readonly filter: ResampleFilter;
  readonly round8: boolean;
}

/** `[N, H, W, C]` to `[N, h, w, C]`; a side that keeps its size has no pass. Used by `resize`. */
export function resample(
  rec: Recorder,
  x: Tensor,
  [height, width]: readonly [number, number],
  options: ResampleOptions,
): Tensor {
  const horizontal = (image: Tensor) => resampleSide(rec, image, 2, width, options);
  const vertical = (image: Tensor) => resampleSide(rec, image, 1, height, options);
  // Pillow goes horizontally first, which shows only where a pass rounds. The horizontal pass is the dear one, three
  // channels at a time instead of a row's vectors, so it goes where there are fewer rows.
  return options.round8 || height >= x.shape[1]! ? vertical(horizontal(x)) : horizontal(vertical(x));
}

function resampleSide(
  rec: Recorder,
  x: Tensor,
  axis: 1 | 2,
  size: number,
  { filter, round8 }: ResampleOptions,
): Tensor {
  const input = x.shape[axis]!;
  if (input === size) return x;
  const kind = FILTERS.indexOf(filter);
  const taps = 2 * Math.ceil((kind + 1) * Math.max(input / size, 1)) + 1;
  const table = rec.tensor([size, taps + 1], 'f32', `${filter} weights`);
  rec.dispatch({
    source: WEIGHTS,
    prelude: { constants: { FILTER: kind } },
    inputs: [],
    outputs: [table],
    params: [input, size, taps],
    workgroups: flatGrid(ceilDiv(size, 64)),
    label: `resize ${filter} weights ${shapeText(table.shape)}`,
  });

  const out = rec.tensor(x.shape.with(axis, size), x.dtype, `resize ${filter}`);
  const innerElements = elementCount(x.shape.slice(axis + 1));
  const lanes = widthOf(innerElements);
  const inner = innerElements / lanes;
  const vectors = elementCount(out.shape) / lanes;
  rec.dispatch({
    source: RESAMPLE[lanes],
    prelude: { types: { X: x.dtype, W: x.dtype }, constants: { ROUND8: round8 } },
    inputs: [x, table],
    outputs: [out],
    params: [vectors, inner, input, size, taps],
    workgroups: flatGrid(ceilDiv(vectors, 64)),
    flops: 2 * taps * elementCount(out.shape),
    label: `resize ${filter}`,
  });
  return out;
}
