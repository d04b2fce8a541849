// A ray caster for untextured scenes: grey pictures and exact depth to try the render mode with.

import source from './ray_cast.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';

const RAY_CAST: ShaderSource = { name: 'ray_cast', wgsl: source };

/** Numbers of a solid: a 3, kind 1, b 3, radius 1, cosine and sine of the turn 2, albedo 1, unused 1. */
export const SOLID_NUMBERS = 12;
/** What a solid is. Capsules lead from `a` to `b`, a sphere from `a` to `a`; a box has its centre at `a` and half its sides in `b`, and is turned about y; the ground is the plane at the height of `a`. */
export const SOLID_KINDS = { capsule: 0, box: 1, ground: 2 } as const;
/** Numbers of a view: eye, right, up, forward and the direction to the light, 3 each and 1 after each, the last the share of ambient light. */
export const VIEW_NUMBERS = 20;

/** Options of {@link rayCast}. */
export interface RayCastOptions {
  /** Rays a side for a pixel's grey, 1 to 8; default 2: four rays. */
  readonly samples?: number;
  /** Grey of the sky; default 0.8. */
  readonly sky?: number;
}

/** What {@link rayCast} gives, f32 `[frames, height, width, 1]` both. */
export interface RayCast {
  /** Linear shade in 0..1 for albedos in 0..1: `albedo * (ambient + (1 - ambient) * max(normal · light, 0))`. */
  readonly grey: Tensor;
  /** 1 / depth along the view's forward direction, at the pixel's centre; 0 for the sky. */
  readonly disparity: Tensor;
}

/**
 * Sees `solids` f32 `[frames, n, 12]` by `views` f32 `[frames, 20]`, every frame for itself. A view's `right` and `up` lead
 * from the picture's centre to its edges at depth 1. Nothing nearer than 0.001 is seen. Throws RangeError for other
 * shapes, sizes and options.
 */
export function rayCast(
  rec: Recorder,
  solids: Tensor,
  views: Tensor,
  [height, width]: readonly [height: number, width: number],
  { samples = 2, sky = 0.8 }: RayCastOptions = {},
): RayCast {
  const [frames = 0, count = 0, numbers] = solids.shape;
  const fits = views.shape.length === 2 && views.shape[0] === frames && views.shape[1] === VIEW_NUMBERS;
  if (numbers !== SOLID_NUMBERS || solids.shape.length !== 3 || elementCount(solids.shape) === 0 || !fits) {
    throw new RangeError(
      `rayCast: expected solids [F, n, ${SOLID_NUMBERS}] and views [F, ${VIEW_NUMBERS}], got ${shapeText(solids.shape)} and ${shapeText(views.shape)}`,
    );
  }
  if (solids.dtype !== 'f32' || views.dtype !== 'f32') {
    throw new RangeError(`rayCast: expected f32 solids and views, got ${solids.dtype} and ${views.dtype}`);
  }
  if (![height, width].every((side) => Number.isInteger(side) && side > 0)) {
    throw new RangeError(`rayCast: expected a height and a width above 0, got ${height} and ${width}`);
  }
  if (!Number.isInteger(samples) || samples < 1 || samples > 8) {
    throw new RangeError(`rayCast: expected 1 to 8 samples a side, got ${samples}`);
  }
  const shape = [frames, height, width, 1];
  const grey = rec.tensor(shape, 'f32', 'grey');
  const disparity = rec.tensor(shape, 'f32', 'disparity');
  const pixels = elementCount(shape);
  rec.dispatch({
    source: RAY_CAST,
    prelude: {},
    inputs: [solids, views],
    outputs: [grey, disparity],
    params: [frames, height, width, count, samples, { f32: sky }],
    workgroups: flatGrid(ceilDiv(pixels, 64)),
    flops: 90 * pixels * count * (samples ** 2 + 1),
  });
  return { grey, disparity };
}
