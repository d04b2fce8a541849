// What the runners of network classes share: the module's files, its outputs against the golden's.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Gpu } from '../../src/gpu/index.ts';
import type { Parameters } from '../../src/net/parameters.ts';
import { toNhwc } from '../../test/layout.ts';
import { type Loaded, loadNetwork, type Outputs, type Values } from '../../test/net/network.ts';
import type { TestTensor } from '../../test/tensors.ts';
import type { GoldenCase, Runner } from './cases.ts';
import type { Check } from './check.ts';

/** Weights files as transformers and diffusers name them. */
const WEIGHTS = ['model.safetensors', 'diffusion_pytorch_model.safetensors'];

/** Evaluates a loaded network; gives its outputs, and the inner activations that `watch` chose, by golden name. */
export type Evaluate<Network> = (given: {
  readonly gpu: Gpu;
  readonly network: Network;
  readonly io: Readonly<Record<string, TestTensor>>;
  readonly golden: GoldenCase;
  /** Whether the golden has an activation of this module. */
  readonly watch: (module: string) => boolean;
}) => Promise<Outputs>;

/** A runner that builds the case's network, evaluates it and compares every `out.*` of the golden. */
export function networkRunner<Network>(
  build: (config: unknown, file: string, parameters: Parameters) => Network,
  evaluate: Evaluate<Network>,
  aliases?: (name: string) => readonly string[],
): Runner {
  return async (golden, createGpu) => {
    const gpu = await createGpu();
    const io = await golden.io();
    using loaded = await load(gpu, golden, build, aliases);
    const watch = (module: string) => `out.${module}` in io;
    return compare(io, await evaluate({ gpu, network: loaded.network, io, golden, watch }));
  };
}

function load<Network>(
  gpu: Gpu,
  { model, name }: GoldenCase,
  build: (config: unknown, file: string, parameters: Parameters) => Network,
  aliases: ((name: string) => readonly string[]) | undefined,
): Promise<Loaded<Network>> {
  const folder = model ?? '';
  const weights = WEIGHTS.map((file) => join(folder, file)).find((file) => existsSync(file));
  if (weights === undefined) throw new Error(`${name}: ${folder} has none of ${WEIGHTS.join(', ')}.`);
  return loadNetwork(
    gpu,
    { config: join(folder, 'config.json'), weights, ...(aliases && { aliases }) },
    build,
  );
}

/** Every `out.*` beside the output of that name. Throws if one is missing that is no inner activation. */
export function compare(io: Readonly<Record<string, TestTensor>>, outputs: Outputs): Check[] {
  const wanted = Object.entries(io).filter(([name]) => name.startsWith('out.'));
  return wanted.map(([name, tensor]): Check => {
    const output = name.slice('out.'.length);
    const got = outputs[output];
    // Inner activations go by the dotted names of modules; what a model returns has a plain name.
    if (!got && !output.includes('.')) throw new Error(`the engine gives no '${output}'`);
    const transposed = tensor.shape.length === 4 && got?.shape.length === 4;
    return { output, want: transposed ? toNhwc(tensor).data : tensor.data, got: got?.data };
  });
}

/** An input in the network's layout and precision; `[N, C, H, W]` becomes NHWC. Throws naming the ones it looked for. */
export function inputOf(
  { precision }: Gpu,
  io: Readonly<Record<string, TestTensor>>,
  ...names: readonly string[]
): Values {
  const found = names.map((name) => io[name]).find((tensor) => tensor !== undefined);
  if (!found) throw new Error(`the golden has none of ${names.join(', ')}`);
  return { ...(found.shape.length === 4 ? toNhwc(found) : found), dtype: precision };
}
