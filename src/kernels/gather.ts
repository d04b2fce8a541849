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
 * its last row. Throws RangeError when the channels differ.
 */
export function gather(rec: Recorder, ids: Tensor, table: Tensor, positions?: Tensor): Tensor {
  const [vocabulary = 0, channels = 0] = table.shape;
  if (ids.dtype !== 'u32' || (positions && positions.shape[1] !== channels)) {
    throw new RangeError(
      `gather: expected u32 ids and positions [P, ${channels}], got ${ids.dtype} ids and ${shapeText(positions?.shape ?? [])}`,
    );
  }
  const rows = elementCount(ids.shape);
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
