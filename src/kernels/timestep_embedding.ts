// The sinusoidal embedding of a timestep (diffusers' `get_timestep_embedding`).

import source from './timestep_embedding.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';

const TIMESTEP_EMBEDDING: ShaderSource = { name: 'timestep_embedding', wgsl: source };

/** Names as in diffusers' configs: `flip_sin_to_cos`, `freq_shift` (`downscale_freq_shift`), `max_period`. */
export interface TimestepEmbeddingOptions {
  readonly flipSinToCos: boolean;
  readonly freqShift: number;
  /** Default 10000. */
  readonly maxPeriod?: number;
}

/**
 * `[sin(t f_i), cos(t f_i)]` (cosines first with `flipSinToCos`), `f_i = maxPeriod^(-i / (dim/2 - freqShift))`:
 * `[B, dim]` from `t` f32 `[B]`, |t| below 8192. An odd `dim` ends in a zero. Throws RangeError for dim < 2 or t not f32.
 */
export function timestepEmbedding(
  rec: Recorder,
  t: Tensor,
  dim: number,
  { flipSinToCos, freqShift, maxPeriod = 10000 }: TimestepEmbeddingOptions,
): Tensor {
  const batch = elementCount(t.shape);
  if (t.dtype !== 'f32' || batch === 0 || !(Number.isInteger(dim) && dim >= 2)) {
    throw new RangeError(`timestepEmbedding: expected f32 timesteps and dim ≥ 2, got ${t.dtype} and ${dim}`);
  }
  const frequencies = timestepFrequencies(Math.floor(dim / 2), freqShift, maxPeriod);
  const out = rec.tensor([batch, dim], rec.precision, 'timestep_embedding');
  rec.dispatch({
    source: TIMESTEP_EMBEDDING,
    prelude: { types: { X: out.dtype }, constants: { FREQUENCIES_4: ceilDiv(frequencies.length, 4) } },
    inputs: [t],
    outputs: [out],
    params: [batch * dim, dim, flipSinToCos ? 1 : 0, 0, ...frequencies.map((f32) => ({ f32 }))],
    workgroups: flatGrid(ceilDiv(batch * dim, 64)),
  });
  return out;
}

/** The frequencies, rounded to f32 at every step where torch rounds: an angle is t·f, so an ulp here shows at t = 999. */
function timestepFrequencies(half: number, freqShift: number, maxPeriod: number): number[] {
  return Array.from({ length: half }, (_, i) => {
    const exponent = Math.fround(Math.fround(-Math.log(maxPeriod)) * i);
    return Math.fround(Math.exp(Math.fround(exponent / Math.fround(half - freqShift))));
  });
}
