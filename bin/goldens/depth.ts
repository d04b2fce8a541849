import { DptModel } from '../../src/net/dpt.ts';
import { readDptConfig } from '../../src/net/dpt_config.ts';
import { minMax, normaliseRange } from '../../src/kernels/min_max.ts';
import { MAX_STRUCTURE_STEP, structureLadder } from '../../src/kernels/structure_ladder.ts';
import { evaluate, type Outputs } from '../../test/net/network.ts';
import type { Runner } from './cases.ts';
import { compare, inputOf, networkRunner } from './network.ts';

/** Golden inputs of DPT and the depth that each gives. */
const PICTURES = {
  'in.pixel_values': 'predicted_depth',
  'in.pixel_values_other_size': 'predicted_depth.other_size',
};

/** DPTForDepthEstimation at its own size and at others. */
export const dpt = networkRunner(
  (json, file, parameters) => new DptModel(readDptConfig(json, file), parameters),
  async ({ gpu, network, io, golden, watch }) => {
    const last = network.config.outIndices.at(-1)!;
    const outputs: Record<string, Outputs[string]> = {};
    for (const [input, output] of Object.entries(PICTURES)) {
      if (!(input in io)) continue;
      const evaluated = await evaluate(
        gpu,
        golden.name,
        { pixels: inputOf(gpu, io, input) },
        (rec, { pixels }) => ({ [output]: network.record(rec, pixels!) }),
        (module) => output === 'predicted_depth' && (watch(module) || module === `dpt.encoder.layer.${last}`),
      );
      Object.assign(outputs, evaluated);
    }
    const state = outputs[`dpt.encoder.layer.${last}`];
    return state ? { ...outputs, 'dpt.encoder.layer.last': state } : outputs;
  },
);

/** Raw depth of a clip to the eight steps of the structure ladder. */
export const structure: Runner = async (golden, createGpu) => {
  const gpu = await createGpu();
  const io = await golden.io();
  const outputs = await evaluate(
    gpu,
    golden.name,
    { depth: inputOf(gpu, io, 'in.depth') },
    (rec, { depth }) => {
      const normalised = normaliseRange(rec, depth!, minMax(rec, depth!));
      const steps = Array.from({ length: MAX_STRUCTURE_STEP + 1 }, (_, k) => k);
      return Object.fromEntries(steps.map((k) => [`t${k}`, structureLadder(rec, normalised, k)]));
    },
  );
  return compare(io, outputs);
};
