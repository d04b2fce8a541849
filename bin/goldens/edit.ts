import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type GoldenEdit, runGoldenEdit } from '../../test/editor/golden_edit.ts';
import { toNhwc } from '../../test/layout.ts';
import { diskFolder } from '../../test/nano.ts';
import { floats } from '../../test/tensors.ts';
import { createGpu } from '../dawn.ts';
import type { Runner } from './cases.ts';

/** Latents drift over the steps of an edit: they are judged as a whole. */
const LATENTS = { relativeRms: 1e-2 };
const PICTURES = { psnr: 35 };

/** A whole edit with the golden noise: structure latents, latents after every step, decoded frames. */
export const edit: Runner = async (golden, shared) => {
  const { precision } = await shared();
  const io = await golden.io();
  const beside = dirname(golden.folder);
  const model = await diskFolder(...(existsSync(join(beside, 'model_index.json')) ? [beside] : []));
  const settings = golden.parameters as unknown as GoldenEdit;
  const content = floats(io, 'in.content');
  // The edit disposes of its device.
  const result = await runGoldenEdit(await createGpu({ precision }), model, settings, io, content);
  const { shape, data } = io['out.trace']!;
  const size = data.length / settings.steps;
  const step = (i: number) =>
    toNhwc({ shape: shape.slice(1), data: data.slice(i * size, (i + 1) * size) }).data;
  return [
    { output: 'structure', want: toNhwc(io['out.structure']!).data, got: result.structure, bounds: LATENTS },
    ...result.trace.map((got, i) => ({ output: `trace ${i + 1}`, want: step(i), got, bounds: LATENTS })),
    { output: 'rgb', want: toNhwc(io['out.rgb']!).data, got: result.rgb, bounds: PICTURES },
  ];
};
