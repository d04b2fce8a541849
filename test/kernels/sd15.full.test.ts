// Stable Diffusion 1.5's heavy shapes, as kernels choose to do them for a CPU and for a GPU, and its light ones as for a GPU.

import { gpuTest } from '../gpu.ts';
import { expectSampled, sd15Shapes } from './sd15.ts';

for (const [weight, variants] of [
  ['heavy', 'software'],
  ['heavy', 'hardware'],
  ['light', 'hardware'],
] as const) {
  for (const [kernel, shapes] of sd15Shapes(weight)) {
    gpuTest(
      `${kernel.op} (${variants}): ${shapes.length} ${weight} shapes of SD1.5`,
      (gpu) => expectSampled(gpu, kernel, shapes),
      'f32',
      variants,
    );
  }
}
