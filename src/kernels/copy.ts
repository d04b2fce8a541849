// Concatenation and slicing: strided block copies.

import source from './copy.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type DType,
  type Recorder,
  type Tensor,
} from '../gpu/index.ts';
import { byWidth, widthOf } from './width.ts';

const COPY = byWidth('copy', source);

/** `out[o·outStride + outOffset + i] = x[⌊o / repeat⌋·stride + offset + i]` for `o < outer`, `i < block`; in elements. */
interface Blocks {
  readonly outer: number;
  readonly repeat: number;
  readonly block: number;
  readonly stride: number;
  readonly offset: number;
  readonly outStride: number;
  readonly outOffset: number;
}

/**
 * Joins tensors along `axis`. They agree in every other dimension; their element types may differ. A tensor whose last
 * sides before `axis` are 1 is repeated there: a class token `[1, 1, C]` beside the patches `[N, P, C]` along axis 1.
 * `dtype` is the result's, by default the first tensor's. Throws RangeError when shapes do not fit.
 */
export function concat(
  rec: Recorder,
  tensors: readonly Tensor[],
  axis: number,
  { dtype }: { dtype?: DType } = {},
): Tensor {
  const [first] = tensors;
  if (!first) throw new RangeError('concat: expected at least one tensor, got none');
  checkAxis('concat', first, axis);
  const outerShape = first.shape
    .slice(0, axis)
    .map((_, i) => Math.max(...tensors.map(({ shape }) => shape[i] ?? 0)));
  const inner = first.shape.slice(axis + 1);
  for (const { shape } of tensors) {
    const own = shape.slice(0, axis);
    const repeated = own.findIndex((n, i) => n !== outerShape[i]);
    const fits =
      shape.length === first.shape.length &&
      (repeated < 0 || own.slice(repeated).every((n) => n === 1)) &&
      inner.every((n, i) => n === shape[axis + 1 + i]);
    if (!fits) {
      const expected = [...outerShape, shape[axis] ?? 0, ...inner];
      throw new RangeError(
        `concat along axis ${axis}: expected ${shapeText(expected)}, got ${shapeText(shape)}`,
      );
    }
  }
  const joined = tensors.reduce((sum, tensor) => sum + tensor.shape[axis]!, 0);
  const out = rec.tensor([...outerShape, joined, ...inner], dtype ?? first.dtype, 'concat');
  const outer = elementCount(outerShape);
  const outStride = joined * elementCount(inner);
  let outOffset = 0;
  for (const tensor of tensors) {
    const block = elementCount(tensor.shape.slice(axis));
    const repeat = outer / elementCount(tensor.shape.slice(0, axis));
    const blocks = { outer, repeat, block, stride: block, offset: 0, outStride, outOffset };
    copyBlocks(rec, tensor, out, blocks, 'concat');
    outOffset += block;
  }
  return out;
}

/** `x[…, start : start + length, …]` along `axis`. Throws RangeError when the range leaves the tensor. */
export function slice(rec: Recorder, x: Tensor, axis: number, start: number, length: number): Tensor {
  checkAxis('slice', x, axis);
  const side = x.shape[axis]!;
  if (!(
    Number.isInteger(start) &&
    Number.isInteger(length) &&
    start >= 0 &&
    length > 0 &&
    start + length <= side
  )) {
    throw new RangeError(
      `slice: expected a range within 0..${side} on axis ${axis} of ${shapeText(x.shape)}, got ${length} from ${start}`,
    );
  }
  const out = rec.tensor(x.shape.with(axis, length), x.dtype, 'slice');
  const inner = elementCount(x.shape.slice(axis + 1));
  const block = length * inner;
  const blocks = {
    repeat: 1,
    block,
    stride: side * inner,
    offset: start * inner,
    outStride: block,
    outOffset: 0,
  };
  copyBlocks(rec, x, out, { outer: elementCount(x.shape.slice(0, axis)), ...blocks }, 'slice');
  return out;
}

function checkAxis(op: string, x: Tensor, axis: number): void {
  if (!(Number.isInteger(axis) && axis >= 0 && axis < x.shape.length) || elementCount(x.shape) === 0) {
    throw new RangeError(`${op}: axis ${axis} of ${shapeText(x.shape)} is none, or the tensor is empty`);
  }
}

function copyBlocks(rec: Recorder, x: Tensor, out: Tensor, blocks: Blocks, label: string): void {
  const { outer, repeat, block, stride, offset, outStride, outOffset } = blocks;
  const sizes = [block, stride, offset, outStride, outOffset];
  const width = widthOf(...sizes);
  const count = (outer * block) / width;
  rec.dispatch({
    source: COPY[width],
    prelude: { types: { X: x.dtype, W: out.dtype } },
    inputs: [x],
    outputs: [out],
    params: [count, repeat, ...sizes.map((size) => size / width)],
    workgroups: flatGrid(ceilDiv(count, 64)),
    label,
  });
}
