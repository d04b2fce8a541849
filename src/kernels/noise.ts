// Gaussian noise on the GPU, the same numbers as src/sampler/noise.ts gives on the CPU.

import noiseSource from './noise.wgsl?raw';
import trigonometry from './trigonometry.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type DType,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';

const NOISE: ShaderSource = { name: 'noise', wgsl: noiseSource + trigonometry };

/**
 * Standard normal noise, f32 `[frames, ...]`: frame f's depends on seed, stream and absolute frame alone.
 * `key` is u32 `[4]`, read when the program runs: seed low word, seed high word, absolute index of the first frame,
 * stream (src/sampler/noise.ts). Philox4x32-10 and Box-Muller; within 1e-5 of the CPU's numbers.
 * Throws RangeError for another key or an empty shape.
 */
export function noise(rec: Recorder, shape: readonly number[], key: Tensor): Tensor {
  return record(rec, shape, key, 'f32');
}

/** Philox's own words, u32, where `noise` has their Gaussians: equal to the CPU's bit by bit. For checks of a device. */
export function philoxWords(rec: Recorder, shape: readonly number[], key: Tensor): Tensor {
  return record(rec, shape, key, 'u32');
}

function record(rec: Recorder, shape: readonly number[], key: Tensor, dtype: DType): Tensor {
  const [frames = 0, ...frame] = shape;
  const elements = elementCount(frame);
  if (key.dtype !== 'u32' || elementCount(key.shape) !== 4 || frames * elements === 0) {
    throw new RangeError(
      `noise: expected a u32 key [4] and elements, got ${key.dtype} ${shapeText(key.shape)} and ${shapeText(shape)}`,
    );
  }
  const out = rec.tensor(shape, dtype, 'noise');
  const blocks = ceilDiv(elements, 4);
  rec.dispatch({
    source: NOISE,
    prelude: { types: { X: dtype }, constants: { RAW: dtype === 'u32' } },
    inputs: [key],
    outputs: [out],
    params: [frames, elements, blocks],
    workgroups: flatGrid(ceilDiv(frames * blocks, 64)),
    flops: 60 * frames * blocks,
  });
  return out;
}
