import { expect } from 'vitest';
import { createGpu, dawn } from '../../bin/dawn.ts';
import { gpuTest } from '../gpu.ts';
import { relativeRms } from '../compare.ts';
import { toNhwc } from '../layout.ts';
import { diskFolder } from '../nano.ts';
import { floats, loadJson, loadTensors } from '../tensors.ts';
import { type GoldenEdit, psnr, runGoldenEdit } from './golden_edit.ts';

// The smallest of the three golden edits; `npm run goldens` and the long lane run them all.
gpuTest('a whole edit of five frames at 160x96, 15 steps, equals the reference', async () => {
  const settings = await loadJson<GoldenEdit>('nano/edit_160x96.json');
  const tensors = await loadTensors('nano/edit_160x96.safetensors');
  // On a device with nothing but WebGPU's default limits and no features: the engine must not need more.
  const adapter = await dawn().requestAdapter();
  const device = await adapter!.requestDevice();
  expect(device.limits.maxStorageBufferBindingSize).toBe(128 * 2 ** 20);
  const gpu = await createGpu({ device, precision: 'f32' });
  const result = await runGoldenEdit(
    gpu,
    await diskFolder(),
    settings,
    tensors,
    floats(tensors, 'in.content'),
  );

  expect(relativeRms(result.structure, toNhwc(tensors['out.structure']!).data)).toBeLessThan(1e-3);
  const steps = settings.steps;
  const { shape, data } = tensors['out.trace']!;
  const size = data.length / steps;
  const last = toNhwc({ shape: shape.slice(1), data: data.subarray(size * (steps - 1)) });
  expect(result.trace.length).toBe(steps);
  expect(relativeRms(result.trace.at(-1)!, last.data)).toBeLessThan(0.01);
  expect(psnr(result.rgb, toNhwc(tensors['out.rgb']!).data)).toBeGreaterThan(35);
});
