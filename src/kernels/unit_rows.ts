// Scales rows to a common length: embeddings on the unit sphere.

import source from './unit_rows.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';

const UNIT_ROWS: ShaderSource = { name: 'unit_rows', wgsl: source };

/**
 * `out[r] = scale · x[r] / max(‖x[r]‖, 1e-12)` for the rows of `x` `[…, C]`, as `torch.nn.functional.normalize`: a zero
 * row stays zero. Throws RangeError for an empty tensor.
 */
export function unitRows(rec: Recorder, x: Tensor, scale: number): Tensor {
  const channels = x.shape.at(-1) ?? 0;
  const rows = elementCount(x.shape) / channels;
  if (!(rows > 0)) throw new RangeError(`unitRows: expected rows, got ${shapeText(x.shape)}`);
  const out = rec.tensor(x.shape, x.dtype, 'unit_rows');
  rec.dispatch({
    source: UNIT_ROWS,
    prelude: { types: { X: x.dtype } },
    inputs: [x],
    outputs: [out],
    params: [rows, channels, { f32: scale }],
    workgroups: flatGrid(ceilDiv(rows, 64)),
  });
  return out;
}
