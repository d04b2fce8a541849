// A mask painted on some frames, carried to all: forwards and backwards by the motion between frames, then drawn to the
// edges of each.
//
// What goes from frame to frame is not the mask but where each pixel was in the painted frame: a field can be followed
// for long without blurring, and every frame's mask is the painted one, fetched once.

import type { Program } from '../../gpu/index.ts';
import { add } from '../../kernels/activation.ts';
import { affine } from '../../kernels/affine.ts';
import { blur121 } from '../../kernels/blur121.ts';
import { guidedApply, guidedCoefficients } from '../../kernels/guided_filter.ts';
import { opticalFlow } from '../../kernels/optical_flow.ts';
import { warp } from '../../kernels/warp.ts';
import type { Size } from '../ask/geometry.ts';
import type { OnProgress } from '../ask/progress.ts';
import type { Engine } from '../model/engine.ts';
import type { Session } from '../model/session.ts';
import { ingest } from '../source/ingest.ts';
import type { FrameSource } from '../source/source.ts';
import type { Painted } from './pictures.ts';
import type { Mask } from './shapes.ts';

/** Pixels round one that decide where an edge of the mask belongs, and the variance of luma that makes an edge. */
const EDGE = { radius: 2, epsilon: 1e-3 };
/** How steeply the mask goes from 0 to 1 at its edge. */
const EDGE_CONTRAST = 3;

/** What {@link carryMasks} needs. */
export interface CarryJob {
  readonly session: Pick<Session, 'run'>;
  /** Frames that the mask passes through; those that are edited are among them. Read once. */
  readonly source: FrameSource;
  readonly size: Size;
  /** In order of time. */
  readonly painted: readonly Painted[];
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Frames that the mask has reached, of all. */
  readonly onFrame?: ((done: number, total: number) => void) | undefined;
}

/** A frame's mask, and the second at which it is shown. */
export interface CarriedMask {
  readonly time: number;
  readonly mask: Mask;
}

/**
 * The masks of all frames of `source`, in order. Between two painted frames both are carried, and mixed by distance.
 * Throws RangeError for a mask that is painted outside the clip.
 */
export async function carryMasks(job: CarryJob): Promise<CarriedMask[]> {
  const { session, source, size, painted, signal, onFrame } = job;
  const pictures: Uint8Array[] = [];
  const times: number[] = [];
  for await (const { pixels, time } of source.read(undefined, signal)) {
    pictures.push(
      await session.run(async (engine) => {
        const rgb = await (await ingest(engine, pixels, size)).read('rgb');
        return Uint8Array.from(rgb, (value) => 255 * value + 0.5);
      }, job),
    );
    times.push(time / source.timescale);
  }
  const anchors = placed(painted, times, source.end / source.timescale);
  const starts = [...anchors.keys()].sort((a, b) => a - b);
  const carried: (readonly { readonly mask: Mask; readonly distance: number }[])[] = times.map(() => []);
  let steps = 0;
  const total = times.length - 1 + (starts.at(-1)! - starts[0]!) - 2 * (starts.length - 1);
  for (const [i, start] of starts.entries()) {
    carried[start] = [{ mask: anchors.get(start)!, distance: 0 }];
    for (const direction of [1, -1] as const) {
      const end = (direction === 1 ? starts[i + 1] : starts[i - 1]) ?? (direction === 1 ? times.length : -1);
      let path: Float32Array = new Float32Array(2 * size.width * size.height);
      for (let frame = start + direction; frame !== end; frame += direction) {
        const input = {
          from: pictures[frame - direction]!,
          to: pictures[frame]!,
          painted: anchors.get(start)!,
          path,
        };
        const step = await session.run((engine) => carryStep(engine, size, input, signal), job);
        path = step.path;
        carried[frame] = [...carried[frame]!, { mask: step.mask, distance: Math.abs(frame - start) }];
        onFrame?.(Math.min(++steps, total), total);
      }
    }
  }
  return carried.map((found, i) => ({ time: times[i]!, mask: mixed(found) }));
}

/** Which frame each painted mask is on; two on one frame: the later one counts. */
function placed(painted: readonly Painted[], times: readonly number[], end: number): Map<number, Mask> {
  const first = times[0]!;
  const interval = (end - first) / times.length;
  return new Map(
    painted.map(({ time, mask }) => {
      if (time < first - interval || time > end + interval) {
        throw new RangeError(
          `options.mask.region.brush: a mask is painted at ${time} s, the edited part runs from ${first} to ${end} s.`,
        );
      }
      const away = times.map((at) => Math.abs(at - time));
      return [away.indexOf(Math.min(...away)), mask];
    }),
  );
}

/** The nearer painted frame's mask weighs more. */
function mixed(found: readonly { readonly mask: Mask; readonly distance: number }[]): Mask {
  const [a, b] = found;
  if (!b) return a!.mask;
  const share = b.distance / (a!.distance + b.distance);
  return a!.mask.map((value, i) => share * value + (1 - share) * b.mask[i]! + 0.5);
}

/** One step of the way, all on the CPU: frames RGB of 8 bits, the path so far `[h, w, 2]`. */
interface CarryInput {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly painted: Mask;
  readonly path: Float32Array;
}

async function carryStep(
  engine: Engine,
  size: Size,
  { from, to, painted, path }: CarryInput,
  signal: AbortSignal | undefined,
): Promise<{ readonly path: Float32Array; readonly mask: Mask }> {
  const program = carryProgram(engine, size);
  const unit = (bytes: Uint8Array) => Float32Array.from(bytes, (value) => value / 255);
  program.write('from', unit(from));
  program.write('to', unit(to));
  program.write('painted', unit(painted));
  program.write('path', path);
  await program.run({ signal });
  const mask = await program.read('mask');
  return {
    path: (await program.read('path')) as Float32Array,
    mask: Uint8Array.from(mask, (value) => 255 * value + 0.5),
  };
}

/**
 * Inputs: frames `from` and `to` `[1, h, w, 3]`, `painted` `[1, h, w, 1]`, all 0..1, and `path` `[1, h, w, 2]`: where each pixel of
 * `from` lies in the painted frame, relative to it. Outputs: `path` for `to`, and `to`'s `mask`.
 */
export function carryProgram(engine: Engine, { width, height }: Size): Program {
  return engine.program(`carry ${width}x${height}`, (rec) => {
    const image = (name: string, channels: number) => rec.input(name, [1, height, width, channels], 'f32');
    const [from, to, painted, before] = [
      image('from', 3),
      image('to', 3),
      image('painted', 1),
      image('path', 2),
    ];
    const flow = opticalFlow(rec, to, from);
    const path = add(rec, warp(rec, before, flow), flow);
    const mask = warp(rec, painted, path);
    const edges = blur121(rec, guidedCoefficients(rec, mask, to, EDGE));
    const drawn = guidedApply(rec, edges, to);
    rec.output('path', path);
    rec.output(
      'mask',
      affine(rec, drawn, {
        scale: EDGE_CONTRAST,
        shift: 0.5 - 0.5 * EDGE_CONTRAST,
        min: 0,
        max: 1,
        dtype: 'f32',
      }),
    );
  });
}
