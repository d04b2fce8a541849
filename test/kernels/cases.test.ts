// The kernels' table: what holds for every entry, without a GPU.

import { expect, test } from 'vitest';
import { CASES, timedShapes } from './cases.ts';
import { shapeName, type CaseInput } from './run-case.ts';

test('names are unique', () => {
  expect(new Set(CASES.map(({ op }) => op)).size).toBe(CASES.length);
});

test('every group names only sizes that the sweep names', () => {
  for (const kernel of CASES) {
    const swept = new Set(kernel.shapes.flatMap((shape) => Object.keys(shape)));
    for (const shape of [...timedShapes(kernel), ...(kernel.sd15 ?? [])]) {
      for (const name of Object.keys(shape))
        expect(swept, `${kernel.op} ${shapeName(shape)}`).toContain(name);
    }
  }
});

const SIZE = 4;

/** Bytes of an input on the device in f32; more than a kernel must read where its variants read different ones. */
const inputBytes = ({ shape }: CaseInput) => SIZE * shape.reduce((count, side) => count * side, 1);

for (const kernel of CASES) {
  test(`${kernel.op}: bytes lie between the output's and those of inputs and output`, () => {
    for (const shape of kernel.shapes.slice(0, 4)) {
      const inputs = kernel.inputs(shape);
      const values = Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, data]));
      const output = SIZE * kernel.reference(shape, values, kernel.variants[0]!).length;
      const all = Object.values(inputs).reduce((sum, input) => sum + inputBytes(input), output);
      const bytes = kernel.bytes(shape, SIZE);
      expect(bytes, shapeName(shape)).toBeGreaterThanOrEqual(output);
      expect(bytes, shapeName(shape)).toBeLessThanOrEqual(all);
      expect(kernel.flops(shape), shapeName(shape)).toBeGreaterThanOrEqual(0);
    }
  });
}
