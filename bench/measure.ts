// Times every variant of the kernels on their timed shapes; shapes, inputs and variants come from the tests' tables.

import { type Gpu, timeInTurns } from '../src/gpu/index.ts';
import { measureCeilings, type Ceilings } from './ceilings.ts';
import { CASES, timedShapes } from '../test/kernels/cases.ts';
import {
  prepareCase,
  shapeName,
  type KernelCase,
  type PreparedCase,
  type Shape,
} from '../test/kernels/run-case.ts';

/** What is measured. */
export interface BenchOptions {
  /** Default: every kernel that has timed shapes. */
  readonly kernel?: string | undefined;
  /** Default: all of the kernel's shapes; else the one of this number. */
  readonly shape?: number | undefined;
  /** Samples of each variant; default 5. */
  readonly samples?: number | undefined;
}

/** One line of the table. */
export interface BenchRow {
  readonly kernel: string;
  readonly shape: string;
  readonly variant: string;
  /** Median milliseconds a run. */
  readonly ms: number;
  /** 10⁹ operations a second, by the kernel's own count. */
  readonly gflops: number;
  /** 10⁹ bytes a second, if inputs and output are moved once: no kernel can move less. */
  readonly gbps: number;
  /**
   * Share of the roofline: the time that the larger of operations and bytes would take at this adapter's measured
   * ceilings, over the time taken. Above 1 where the data stays in a cache.
   */
  readonly share: number;
}

/** What a run of the benchmark gives. */
export interface BenchReport {
  readonly adapter: string;
  readonly userAgent: string;
  readonly date: string;
  readonly ceilings: Ceilings;
  readonly rows: readonly BenchRow[];
}

/** Runs the benchmark; `onRow` is told every line as it comes. Throws RangeError for a kernel or shape that is not timed. */
export async function measure(
  gpu: Gpu,
  { kernel, shape, samples = 5 }: BenchOptions,
  onRow: (row: BenchRow) => void,
): Promise<BenchReport> {
  const date = new Date().toISOString();
  const wanted = chosenShapes(kernel, shape);
  const ceilings = await measureCeilings(gpu);
  const rows: BenchRow[] = [];
  for (const [table, each] of wanted) {
    for (const row of await measureShape(gpu, table, each, samples, ceilings)) {
      rows.push(row);
      onRow(row);
    }
  }
  return { adapter: gpu.describe(), userAgent: navigator.userAgent, date, ceilings, rows };
}

/** The adapter and its ceilings, for people. */
export function headline({ adapter, ceilings: { gflops, gbps } }: BenchReport): string {
  return `${adapter}: at most ${gflops.toFixed(1)} GFLOP/s of fused multiply-adds, ${gbps.toFixed(1)} GB/s copying`;
}

function chosenShapes(op: string | undefined, index: number | undefined): [KernelCase, Shape][] {
  const timed = CASES.filter((kernel) => timedShapes(kernel).length > 0);
  const chosen = timed
    .filter((kernel) => op === undefined || kernel.op === op)
    .flatMap((kernel) => timedShapes(kernel).map((shape, i) => ({ kernel, shape, i })))
    .filter(({ i }) => index === undefined || i === index);
  if (chosen.length === 0) {
    const names = timed.map((kernel) => `${kernel.op} (0 to ${timedShapes(kernel).length - 1})`);
    throw new RangeError(`bench: nothing to time for ${op} ${index ?? ''}; there is ${names.join(', ')}`);
  }
  return chosen.map(({ kernel, shape }) => [kernel, shape]);
}

async function measureShape(
  gpu: Gpu,
  kernel: KernelCase,
  shape: Shape,
  samples: number,
  ceilings: Ceilings,
): Promise<BenchRow[]> {
  const size = gpu.precision === 'f16' ? 2 : 4;
  const prepared = new Map<string, PreparedCase>();
  try {
    for (const variant of kernel.variants) {
      const one = await prepareCase(gpu, kernel, shape, variant);
      if (one) prepared.set(variant, one);
    }
    const programs = new Map([...prepared].map(([variant, { program }]) => [variant, program]));
    const times = await timeInTurns(gpu, programs, { samples });
    return [...times].map(([variant, ms]) => {
      const gflops = kernel.flops(shape) / ms / 1e6;
      const gbps = kernel.bytes(shape, size) / ms / 1e6;
      const share = Math.max(gflops / ceilings.gflops, gbps / ceilings.gbps);
      return { kernel: kernel.op, shape: shapeName(shape), variant, ms, gflops, gbps, share };
    });
  } finally {
    for (const one of prepared.values()) one.dispose();
  }
}
