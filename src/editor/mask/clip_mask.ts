// The mask of every frame of a clip, whatever its region is.

import type { Size } from '../ask/geometry.ts';
import type { ResolvedMask } from '../ask/mask.ts';
import type { FrameTime } from '../source/source.ts';
import type { DepthRange } from '../structure/structure.ts';
import { carryMasks, type CarryJob } from './carry.ts';
import { type Painted, readPainted } from './pictures.ts';
import { boxMask, depthMask, inverted, type Mask, selectsAny } from './shapes.ts';

/** What the mask of a clip is made from. */
export interface MaskedClip extends Omit<CarryJob, 'painted'> {
  readonly frames: readonly FrameTime[];
  readonly timescale: number;
  /** Of the depth of all frames; needed for a region of depth. */
  readonly range: DepthRange;
}

/** Masks of a clip's frames at the working size, 255 where the edit shows. */
export interface ClipMask {
  /** Of the frames at `indices`, whose depth `maps` are. */
  of(indices: readonly number[], maps: readonly Float32Array[]): Mask[];
}

/** Reads and checks what is painted, before the work begins; undefined for other regions. Throws as `readPainted`. */
export async function paintedOf(
  { region }: ResolvedMask,
  display: Size,
  working: Size,
): Promise<Painted[] | undefined> {
  return 'brush' in region ? readPainted(region.brush, display, working) : undefined;
}

/** The masks of a clip. Carries what is painted to all frames. Throws as {@link carryMasks}, or the signal's reason. */
export async function clipMask(
  { region, outside }: ResolvedMask,
  painted: readonly Painted[] | undefined,
  clip: MaskedClip,
): Promise<ClipMask> {
  const edited = (mask: Mask) => (outside ? inverted(mask) : mask);
  const seconds = (index: number) => clip.frames[index]!.time / clip.timescale;
  if ('box' in region) {
    return { of: (indices) => indices.map((i) => edited(boxMask(region.box, seconds(i), clip.size))) };
  }
  if ('depth' in region) {
    return { of: (_, maps) => maps.map((map) => edited(depthMask(map, clip.range, region.depth))) };
  }
  const carried = await carryMasks({ ...clip, painted: painted! });
  const nearest = (time: number) =>
    carried.reduce((best, one) => (Math.abs(one.time - time) < Math.abs(best.time - time) ? one : best));
  return { of: (indices) => indices.map((i) => edited(nearest(seconds(i)).mask)) };
}

/** Throws RangeError where no frame's mask lets anything be edited. */
export function checkMasks(masks: readonly Mask[]): void {
  if (masks.some(selectsAny)) return;
  throw new RangeError(
    'options.mask leaves nothing to edit: its region, or what lies outside of it, is empty in every frame.',
  );
}
