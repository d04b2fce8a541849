// Fine-tuned weights laid over a network's own: some of its tensors, or all, from another safetensors file.
import { shapeText } from '../gpu/index.ts';
import { isFloat } from './dtype.ts';
import { WeightsError } from './errors.ts';
import { sameShape } from './weight_store.ts';
import type { StreamOptions, TensorReader } from './safetensors.ts';
import type { TensorInfo } from './safetensors-header.ts';

/**
 * `base` with the tensors of `tuned` in place of those of the same name. Throws `WeightsError`, naming the tensor,
 * unless every tensor of `tuned` is one of `base` in name and shape and holds floats, and for a file without tensors.
 * Only the headers are looked at.
 */
export function overlay(base: TensorReader, tuned: TensorReader): TensorReader {
  if (tuned.tensors.size === 0) {
    throw new WeightsError({ file: tuned.name, expected: `some tensors of ${base.name}`, got: 'none' });
  }
  for (const info of tuned.tensors.values()) checkTensor(base, tuned.name, info);
  return {
    name: base.name,
    tensors: new Map([...base.tensors, ...tuned.tensors]),
    readTensor: (name, options) => (tuned.tensors.has(name) ? tuned : base).readTensor(name, options),
    async *stream({ wanted = () => true, ...options }: StreamOptions = {}) {
      yield* base.stream({ ...options, wanted: (name) => !tuned.tensors.has(name) && wanted(name) });
      yield* tuned.stream({ ...options, wanted });
    },
  };
}

function checkTensor(base: TensorReader, file: string, { name: tensor, dtype, shape }: TensorInfo): void {
  const own = base.tensors.get(tensor);
  if (!own) {
    const expected = `only tensors of ${base.name}, such as '${[...base.tensors.keys()][0]}'`;
    throw new WeightsError({ file, tensor, expected, got: 'a name that it does not have' });
  }
  if (!sameShape(shape, own.shape)) {
    const expected = `shape ${shapeText(own.shape)}`;
    throw new WeightsError({ file, tensor, expected, got: shapeText(shape) });
  }
  if (!isFloat(dtype)) throw new WeightsError({ file, tensor, expected: 'a float element type', got: dtype });
}
