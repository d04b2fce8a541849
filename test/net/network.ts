// Networks for tests and for `npm run goldens`: built from a config and a weights file, evaluated once on given numbers.

import { readFile } from 'node:fs/promises';
import { type DType, type Gpu, Recorder, type Tensor } from '../../src/gpu/index.ts';
import { Parameters } from '../../src/net/parameters.ts';
import { openSafetensors } from '../../src/net/safetensors.ts';
import { blobSource } from '../../src/net/source.ts';

/** A network with its weights on the GPU. Dispose of it when done. */
export interface Loaded<Network> extends Disposable {
  readonly network: Network;
}

/** What a network is built from: file paths, and the names under which older files keep tensors. */
export interface NetworkFiles {
  readonly config: string;
  readonly weights: string;
  readonly aliases?: (name: string) => readonly string[];
}

/** Builds a network and loads its weights. Nothing stays allocated if that fails. */
export async function loadNetwork<Network>(
  gpu: Gpu,
  { config, weights, aliases }: NetworkFiles,
  build: (config: unknown, file: string, parameters: Parameters) => Network,
): Promise<Loaded<Network>> {
  const json: unknown = JSON.parse(await readFile(config, 'utf8'));
  const file = await openSafetensors(blobSource(new Blob([await readFile(weights)]), weights));
  const parameters = new Parameters(gpu, file, aliases);
  try {
    const network = build(json, config, parameters);
    await parameters.load();
    return { network, [Symbol.dispose]: () => parameters.dispose() };
  } catch (error) {
    parameters.dispose();
    throw error;
  }
}

/** Numbers with their shape. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
  /** Element type of an input; default f32. */
  readonly dtype?: DType;
}

/** Outputs of an evaluation: those that `record` named, and under their module names those that `watch` asked for. */
export type Outputs = Readonly<Record<string, { shape: readonly number[]; data: Float32Array }>>;

/** Records, runs and reads one evaluation. `watch` chooses inner activations by module name. */
export async function evaluate(
  gpu: Gpu,
  label: string,
  inputs: Readonly<Record<string, Values>>,
  record: (rec: Recorder, inputs: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>,
  watch: (module: string) => boolean = () => false,
): Promise<Outputs> {
  const seen = new Map<string, Tensor>();
  const rec = new Recorder(gpu, label, (module, output) => {
    if (watch(module)) seen.set(module, output);
  });
  const tensors: Record<string, Tensor> = {};
  for (const [name, { shape, dtype }] of Object.entries(inputs))
    tensors[name] = rec.input(name, shape, dtype ?? 'f32');
  for (const [name, tensor] of Object.entries(record(rec, tensors))) seen.set(name, tensor);
  for (const [name, tensor] of seen) rec.output(name, tensor);
  using program = await rec.finish();
  for (const [name, { data }] of Object.entries(inputs)) program.write(name, data);
  await program.run();
  const outputs: Record<string, Outputs[string]> = {};
  for (const [name, { shape }] of seen) {
    outputs[name] = { shape, data: Float32Array.from(await program.read(name)) };
  }
  return outputs;
}
