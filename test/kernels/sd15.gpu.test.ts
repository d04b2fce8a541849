// Stable Diffusion 1.5's light shapes, as kernels choose to do them for the lane's adapter, and on lavapipe for a GPU.
// sd15.full.test.ts has the heavy ones, and the light ones as for a GPU on SwiftShader.

import { gpuTest, hasF16 } from '../gpu.ts';
import { expectSampled, sd15Shapes } from './sd15.ts';

for (const precision of hasF16 ? (['f32', 'f16'] as const) : (['f32'] as const)) {
  for (const variants of hasF16 ? (['software', 'hardware'] as const) : (['software'] as const)) {
    for (const [kernel, shapes] of sd15Shapes('light')) {
      gpuTest(
        `${kernel.op} ${precision} (${variants}): ${shapes.length} shapes of SD1.5`,
        (gpu) => expectSampled(gpu, kernel, shapes),
        precision,
        variants,
      );
    }
  }
}
