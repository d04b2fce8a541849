// What an adapter can do at best, measured: the roof under which kernels are judged.

import copyWgsl from './ceiling_copy.wgsl?raw';
import fmaWgsl from './ceiling_fma.wgsl?raw';
import { type Gpu, type Program, Recorder, timeInTurns } from '../src/gpu/index.ts';

/** The two ceilings of an adapter. */
export interface Ceilings {
  /** 10⁹ f32 operations a second of fused multiply-adds on registers. */
  readonly gflops: number;
  /** 10⁹ bytes a second, read and written together, of a copy too large for caches. */
  readonly gbps: number;
}

/** A CPU does a thousandth of a GPU's work in the same time. */
const SIZES = {
  software: { invocations: 2 ** 12, rounds: 2 ** 8, copied: 2 ** 24 },
  hardware: { invocations: 2 ** 20, rounds: 2 ** 10, copied: 2 ** 26 },
};
const WORKGROUP = 64;
/** Invocations that copy: each takes vectors this far apart in turn. */
const COPIERS = 2 ** 16;

/** Measures both. */
export async function measureCeilings(gpu: Gpu): Promise<Ceilings> {
  const { invocations, rounds, copied } = SIZES[gpu.variants];
  const programs = new Map<'fma' | 'copy', Program>();
  try {
    programs.set('fma', await recordFma(gpu, invocations, rounds));
    programs.set('copy', await recordCopy(gpu, copied));
    const ms = await timeInTurns(gpu, programs, { samples: 5 });
    return {
      gflops: (64 * invocations * rounds) / ms.get('fma')! / 1e6,
      gbps: (2 * copied) / ms.get('copy')! / 1e6,
    };
  } finally {
    for (const program of programs.values()) program.dispose();
  }
}

function recordFma(gpu: Gpu, invocations: number, rounds: number): Promise<Program> {
  const rec = new Recorder(gpu, 'ceiling fma');
  const x = rec.input('x', [invocations, 4], 'f32');
  const y = rec.tensor(x.shape, 'f32', 'y');
  rec.dispatch({
    source: { name: 'ceiling_fma', wgsl: fmaWgsl },
    prelude: { constants: { WORKGROUP, ROUNDS: rounds } },
    inputs: [x],
    outputs: [y],
    workgroups: [invocations / WORKGROUP],
  });
  rec.output('y', y);
  return rec.finish();
}

function recordCopy(gpu: Gpu, bytes: number): Promise<Program> {
  const rec = new Recorder(gpu, 'ceiling copy');
  const x = rec.input('x', [bytes / 16, 4], 'f32');
  const y = rec.tensor(x.shape, 'f32', 'y');
  rec.dispatch({
    source: { name: 'ceiling_copy', wgsl: copyWgsl },
    prelude: { constants: { WORKGROUP } },
    inputs: [x],
    outputs: [y],
    params: [bytes / 16, COPIERS],
    workgroups: [COPIERS / WORKGROUP],
  });
  rec.output('y', y);
  return rec.finish();
}
