// Networks from folders of this repository, and comparison of what they give with a golden's `out.*`.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Gpu } from '../../src/gpu/index.ts';
import type { Parameters } from '../../src/net/parameters.ts';
import { expectClose, relativeRms } from '../compare.ts';
import { hasF16 } from '../gpu.ts';
import { toNhwc } from '../layout.ts';
import type { TestTensor } from '../tensors.ts';
import { type Loaded, loadNetwork, type Outputs } from './network.ts';

const ROOT = new URL('../../', import.meta.url);

/** Weights files as transformers and diffusers name them. */
const WEIGHTS = ['model.safetensors', 'diffusion_pytorch_model.safetensors'];

/** The precisions that this lane's adapter has. */
export const PRECISIONS = hasF16 ? (['f32', 'f16'] as const) : (['f32'] as const);

/** Builds the network of `folder`, relative to the repository: `weights/nano/prior`. */
export function loadModule<Network>(
  gpu: Gpu,
  folder: string,
  build: (config: unknown, file: string, parameters: Parameters) => Network,
): Promise<Loaded<Network>> {
  const path = (name: string) => fileURLToPath(new URL(`${folder}/${name}`, ROOT));
  const weights = WEIGHTS.map(path).find((file) => existsSync(file));
  if (weights === undefined) throw new Error(`${folder} has none of ${WEIGHTS.join(', ')}`);
  return loadNetwork(gpu, { config: path('config.json'), weights }, build);
}

/**
 * Compares outputs with the golden's `out.<name>`: in f32 every element to 2e-4 + 2e-4·|want|, in f16 to a relative RMS
 * of 2e-2. Pictures are compared in NHWC, sequences as they are.
 */
export function expectGolden(
  gpu: Gpu,
  got: Outputs,
  golden: Readonly<Record<string, TestTensor>>,
  names: readonly string[],
): void {
  for (const name of names) {
    const expected = golden[`out.${name}`];
    const values = got[name];
    if (!values || !expected) throw new Error(`${name} is not among ${Object.keys(got).join(', ')}`);
    const want = expected.shape.length === 4 ? toNhwc(expected).data : expected.data;
    if (gpu.precision === 'f32') expectClose(values.data, want, { atol: 2e-4, rtol: 2e-4, label: name });
    else expect(relativeRms(values.data, want), name).toBeLessThanOrEqual(2e-2);
  }
}
