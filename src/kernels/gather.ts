// Embedding gather with position embeddings (CLIP's token embedding).

import source from './gather.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';

const GATHER: ShaderSource = { name: 'gather', wgsl: source };

/**
 * `out[r] = table[ids[r]] + positions[r mod P]`, `[rows, channels]`.
 * `ids` is u32 `[rows]`, `table` `[vocabulary, channels]`, `positions` `[P, channels]`. Ids beyond the vocabulary read
 * its last row. Throws RangeError when the channels differ or there is nothing to gather.
 */
export function gather(rec: Recorder, ids: Tensor, table: Tensor, positions?: Tensor): Tensor {
  const [vocabulary = 0, channels = 0] = table.shape;
  const rows = elementCount(ids.shape);
  const fits = !positions || (positions.shape[1] === channels && positions.shape[0] !== 0);
  if (ids.dtype !== 'u32' || !(rows * vocabulary * channels > 0) || !fits) {
    throw new RangeError(
      `gather: expected u32 ids, a table [V, C] and positions [P, ${channels}], none of them empty, ` +
        `got ${ids.dtype} ids ${shapeText(ids.shape)}, ${shapeText(table.shape)} and ${shapeText(positions?.shape ?? [])}`,
    );
  }
  const out = rec.tensor([rows, channels], rec.precision, 'gather');
  rec.dispatch({
    source: GATHER,
    prelude: {
      types: { W: table.dtype, X: out.dtype },
      constants: { HAS_POSITIONS: positions !== undefined },
    },
    inputs: [ids, table, positions],
    outputs: [out],
    params: [rows, channels, vocabulary, positions?.shape[0] ?? 1],
    workgroups: flatGrid(ceilDiv(rows * channels, 64)),
  });
  return out;
}
