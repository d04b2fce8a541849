// Adds a table of rows to many rows: position embeddings of tokens and of frames.

import source from './add_rows.wgsl?raw';
import { ceilDiv, elementCount, flatGrid, shapeText, type Recorder, type Tensor } from '../gpu/index.ts';
import { byWidth, widthOf } from './width.ts';

const ADD_ROWS = byWidth('add_rows', source);

/**
 * `out[r] = x[r] + table[⌊r / every⌋ mod P]` with `x` `[…, C]` (rows r) and `table` `[P, C]`; `every` is 1 by default.
 * With `every` = height·width the table holds a row per frame. Throws RangeError when the channels differ.
 */
export function addRows(
  rec: Recorder,
  x: Tensor,
  table: Tensor,
  { every = 1 }: { every?: number } = {},
): Tensor {
  const channels = x.shape.at(-1) ?? 0;
  const [period = 0, columns] = table.shape;
  if (
    table.shape.length !== 2 ||
    columns !== channels ||
    period * elementCount(x.shape) === 0 ||
    !(every >= 1)
  ) {
    throw new RangeError(
      `addRows: expected a table [P, ${channels}] for ${shapeText(x.shape)} and every ≥ 1, got ${shapeText(table.shape)} and ${every}`,
    );
  }
  const out = rec.tensor(x.shape, x.dtype, 'add_rows');
  const width = widthOf(channels);
  const count = elementCount(x.shape) / width;
  rec.dispatch({
    source: ADD_ROWS[width],
    prelude: { types: { X: x.dtype, W: table.dtype } },
    inputs: [x, table],
    outputs: [out],
    params: [count, channels / width, every, period],
    workgroups: flatGrid(ceilDiv(count, 64)),
  });
  return out;
}
