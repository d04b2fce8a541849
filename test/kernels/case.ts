// The tests that a kernel's table (run-case.ts) declares.

import { expectClose } from '../compare.ts';
import { gpuTest, hasF16 } from '../gpu.ts';
import { runCase, shapeName, toleranceOf, type KernelCase, type Shape } from './run-case.ts';

export { runCase, shapeName, type CaseInput, type KernelCase, type Shape } from './run-case.ts';

/** Tiles in workgroup memory, which only GPUs choose; SwiftShader takes seconds to compile one. */
const TILE = /^tile/;

/**
 * Declares the tests of a kernel: every shape of every variant, in f32, and in f16 where the lane's adapter has it. On
 * SwiftShader tiles meet the first shape, the last and the one in the middle here, and all in tiles.full.test.ts.
 */
export function sweep(kernel: KernelCase): void {
  for (const precision of hasF16 ? (['f32', 'f16'] as const) : (['f32'] as const)) {
    for (const variant of kernel.variants) {
      const shapes = TILE.test(variant) && !hasF16 ? someOf(kernel.shapes) : kernel.shapes;
      sweepShapes(kernel, variant, shapes, precision);
    }
  }
}

/** Declares the tests of a kernel's tiles: every shape, in f32. */
export function sweepTiles(kernel: KernelCase): void {
  for (const variant of kernel.variants.filter((each) => TILE.test(each))) {
    sweepShapes(kernel, variant, kernel.shapes, 'f32');
  }
}

function sweepShapes(
  kernel: KernelCase,
  variant: string,
  shapes: readonly Shape[],
  precision: 'f32' | 'f16',
): void {
  gpuTest(
    `${kernel.op} ${variant} ${precision}: ${shapes.length} shapes`,
    async (gpu) => {
      let done = 0;
      for (const shape of shapes) {
        const result = await runCase(gpu, kernel, shape, variant);
        if (!result) continue;
        done += 1;
        const tolerance = toleranceOf(kernel, precision);
        expectClose(result.got, result.want, { ...tolerance, label: shapeName(shape) });
      }
      if (done === 0) throw new Error(`${kernel.op} ${variant} does none of the shapes`);
    },
    precision,
  );
}

function someOf(shapes: readonly Shape[]): readonly Shape[] {
  return [0, shapes.length >> 1, shapes.length - 1].map((i) => shapes[i]!);
}
