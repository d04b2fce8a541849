// The kernels on Stable Diffusion 1.5's shapes: too large for the CPU twin, so that samples of the output are compared.

import type { Gpu } from '../../src/gpu/index.ts';
import { expectClose } from '../compare.ts';
import { CASES } from './cases.ts';
import { runCase, shapeName, toleranceOf, type KernelCase, type Shape } from './run-case.ts';

/** Operations from which a shape is heavy for an adapter that is a CPU. */
const HEAVY = 4e8;

/** The kernels that have such shapes, with those of them that are heavy, or light. */
export function sd15Shapes(weight: 'heavy' | 'light'): readonly (readonly [KernelCase, readonly Shape[]])[] {
  return CASES.flatMap((kernel) => {
    const heavy = (shape: Shape) => kernel.flops(shape) >= HEAVY;
    const shapes = (kernel.sd15 ?? []).filter((shape) => heavy(shape) === (weight === 'heavy'));
    return shapes.length > 0 ? [[kernel, shapes] as const] : [];
  });
}

/** Compares every shape, in the variant of the kernel's own choice. */
export async function expectSampled(gpu: Gpu, kernel: KernelCase, shapes: readonly Shape[]): Promise<void> {
  for (const shape of shapes) {
    const { got, want } = (await runCase(gpu, kernel, shape, '', 'samples'))!;
    const label = `${kernel.op} ${shapeName(shape)}`;
    expectClose(got, want, { ...toleranceOf(kernel, gpu.precision), label });
  }
}
