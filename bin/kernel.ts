// `npm run kernel -- conv2d --shape n=8,h=16,w=16,cin=64,cout=64 --variant register --check --time`: one kernel alone,
// against its CPU twin and against the clock, from the tables in test/kernels/*.case.ts.

import { parseArgs } from 'node:util';
import { type Gpu, timeInTurns } from '../src/gpu/index.ts';
import { CASES } from '../test/kernels/cases.ts';
import {
  evaluateCase,
  prepareCase,
  shapeName,
  toleranceOf,
  type KernelCase,
  type PreparedCase,
  type Shape,
} from '../test/kernels/run-case.ts';
import { worstElement } from '../test/compare.ts';
import { createGpu } from './dawn.ts';

const USAGE = `npm run kernel -- <op> [options]
  --shape a=1,b=2    sizes (default: every shape of the kernel's sweep)
  --group name       shapes of that name instead: nano, peers or sd15 (--list shows which there are)
  --variant a,b      some variants (default: all, timed in turns)
  --check            compare with the CPU twin, samples of what is large; exit code 1 beyond its tolerance
                     (the default without --time)
  --time             median milliseconds of interleaved samples, and GFLOP/s
  --samples n        samples of each variant (default 7)
  --precision f16    storage; f16 needs an adapter with shader-f16 (REFILM_ADAPTER=lavapipe)
  --list             print every kernel with its variants, sizes and groups of shapes`;

/** Groups of shapes that a kernel may have beside its sweep. */
const GROUPS = ['nano', 'peers', 'sd15'] as const;

/** Beyond so many operations the CPU twin is asked for samples of the output. */
const WHOLE_TWIN = 5e8;

interface Options {
  readonly check: boolean;
  readonly time: boolean;
  readonly samples: number;
}

/** The command. Resolves to the exit code: 1 when a check fails; throws on a wrong call. */
export async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      shape: { type: 'string' },
      group: { type: 'string' },
      variant: { type: 'string' },
      check: { type: 'boolean', default: false },
      time: { type: 'boolean', default: false },
      samples: { type: 'string', default: '7' },
      precision: { type: 'string', default: 'f32' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (values.list) {
    for (const kernel of CASES) console.log(describe(kernel));
    return 0;
  }
  const kernel = findKernel(positionals);
  const shapes =
    values.shape === undefined ? findGroup(kernel, values.group) : [parseShape(kernel, values.shape)];
  const variants = values.variant?.split(',').map((name) => findVariant(kernel, name)) ?? kernel.variants;
  const { precision } = values;
  if (precision !== 'f32' && precision !== 'f16') {
    throw new RangeError(`--precision must be f32 or f16, got '${precision}'`);
  }
  const samples = Number(values.samples);
  if (!(Number.isInteger(samples) && samples > 0)) {
    throw new RangeError(`--samples must be a whole number above 0, got '${values.samples}'`);
  }
  const options = { check: values.check || !values.time, time: values.time, samples };
  const gpu = await createGpu({ precision });
  try {
    console.log(`${kernel.op} on ${gpu.describe()}`);
    let failed = false;
    for (const shape of shapes) failed = !(await runShape(gpu, kernel, shape, variants, options)) || failed;
    return failed ? 1 : 0;
  } finally {
    gpu.dispose();
  }
}

// Checks and times all variants of one shape; false when one is outside its tolerance.
async function runShape(
  gpu: Gpu,
  kernel: KernelCase,
  shape: Shape,
  variants: readonly string[],
  { check, time, samples }: Options,
): Promise<boolean> {
  const prepared = new Map<string, PreparedCase>();
  let passed = true;
  console.log(shapeName(shape));
  try {
    for (const variant of variants) {
      const one = await prepareCase(gpu, kernel, shape, variant);
      if (one) prepared.set(variant, one);
      else console.log(`  ${variant.padEnd(14)} does not do this shape`);
    }
    const verdicts = new Map<string, string>();
    const compared = kernel.flops(shape) > WHOLE_TWIN ? 'samples' : 'all';
    for (const [variant, one] of check ? prepared : []) {
      const { got, want } = await evaluateCase(one, kernel, shape, variant, compared);
      const { atol, rtol } = toleranceOf(kernel, gpu.precision);
      const { index, ratio, outside } = worstElement(got, want, atol, rtol);
      if (outside > 0) passed = false;
      const error = Math.abs(got[index]! - want[index]!).toExponential(1);
      verdicts.set(
        variant,
        `${outside > 0 ? `FAILED at ${compared === 'samples' ? 'sample ' : ''}${index}` : 'ok'}, worst error ${error} (${ratio.toFixed(2)} of the tolerance)`,
      );
    }
    const programs = new Map([...prepared].map(([variant, { program }]) => [variant, program]));
    const times = time ? await timeInTurns(gpu, programs, { samples }) : new Map<string, number>();
    for (const variant of prepared.keys()) {
      const ms = times.get(variant);
      const speed = ms ? `${ms.toFixed(3)} ms  ${(kernel.flops(shape) / ms / 1e6).toFixed(2)} GFLOP/s` : '';
      console.log(`  ${variant.padEnd(14)} ${verdicts.get(variant) ?? ''} ${speed}`);
    }
  } finally {
    for (const one of prepared.values()) one.dispose();
  }
  return passed;
}

function describe(kernel: KernelCase): string {
  const { op, variants } = kernel;
  const lines = GROUPS.flatMap((group) =>
    (kernel[group] ?? []).map((shape) => {
      const cost = [kernel.flops(shape) / 1e6, kernel.bytes(shape, 4) / 1e6].map((x) =>
        x.toFixed(2).padStart(9),
      );
      return `  ${group.padEnd(6)} ${cost[0]} MFLOP ${cost[1]} MB  ${shapeName(shape)}`;
    }),
  );
  return [
    `${op.padEnd(18)} variants ${variants.join(', ')}; sizes ${[...sizeNames(kernel)].join(', ')}`,
    ...lines,
  ].join('\n');
}

function findGroup(kernel: KernelCase, name: string | undefined): readonly Shape[] {
  if (name === undefined) return kernel.shapes;
  const group = GROUPS.find((each) => each === name && kernel[each]);
  if (group) return kernel[group]!;
  const names = GROUPS.filter((each) => kernel[each]).join(', ') || 'none';
  throw new RangeError(`--group: ${kernel.op} has no shapes '${name}'; it has ${names}`);
}

/** Every size that a shape of the kernel names. */
function sizeNames(kernel: KernelCase): ReadonlySet<string> {
  const groups = [kernel.shapes, ...GROUPS.map((group) => kernel[group] ?? [])];
  return new Set(groups.flat().flatMap((shape) => Object.keys(shape)));
}

function findKernel(positionals: readonly string[]): KernelCase {
  const kernel = CASES.find(({ op }) => op === positionals[0]);
  if (kernel && positionals.length === 1) return kernel;
  const what = positionals.length === 0 ? 'no kernel named' : `no kernel '${positionals.join(' ')}'`;
  throw new RangeError(`${what}; expected one of ${CASES.map(({ op }) => op).join(', ')}`);
}

function findVariant(kernel: KernelCase, name: string): string {
  if (kernel.variants.includes(name)) return name;
  throw new RangeError(`${kernel.op} has no variant '${name}', only ${kernel.variants.join(', ')}`);
}

// Sizes that the text leaves out keep the table's defaults; names that none of its shapes has are mistakes.
function parseShape(kernel: KernelCase, text: string): Shape {
  const known = sizeNames(kernel);
  const shape: Record<string, number> = {};
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=');
    const size = Number(value);
    if (!known.has(name) || value === '' || !(Number.isInteger(size) && size >= 0)) {
      throw new RangeError(
        `--shape: '${part}' is not a size of ${kernel.op}; expected name=number, names ${[...known].join(', ')}`,
      );
    }
    shape[name] = size;
  }
  return shape;
}
