// Untextured scenes of a few solids: what the ray caster (kernels/ray_cast) sees, and the cameras that look at them.

import { mat4, vec3 } from 'gl-matrix';
import { SOLID_KINDS, SOLID_NUMBERS, VIEW_NUMBERS } from '../../kernels/ray_cast.ts';

/** x to the right, y up, z towards the viewer; in metres. */
export type Point = readonly [x: number, y: number, z: number];

/** A solid; `shade` is its grey in full light, 0 to 1. */
export type Solid =
  | { readonly kind: 'sphere'; readonly centre: Point; readonly radius: number; readonly shade: number }
  | {
      readonly kind: 'capsule';
      readonly ends: readonly [Point, Point];
      readonly radius: number;
      readonly shade: number;
    }
  | {
      readonly kind: 'box';
      readonly centre: Point;
      /** Width, height and depth. */
      readonly sides: Point;
      /** Radians about y. */
      readonly turn?: number;
      readonly shade: number;
    }
  | { readonly kind: 'ground'; readonly height: number; readonly shade: number };

/** A camera at one moment. */
export interface Camera {
  readonly eye: Point;
  readonly target: Point;
  /** Vertical field of view in degrees. */
  readonly fieldOfView: number;
}

/** A scene in motion; both functions take seconds and must give as many solids at any time. */
export interface Scene {
  readonly title: string;
  /** What to ask for, to try it. */
  readonly prompt: string;
  solids(time: number): readonly Solid[];
  /** `progress` 0 at the first frame, 1 at the last one's end. */
  camera(time: number, progress: number): Camera;
}

/** Where the light comes from, and how much of it comes from everywhere. */
const LIGHT: Point = [0.45, 0.75, 0.5];
const AMBIENT = 0.35;

/** The numbers of `solids` as `rayCast` takes them. */
export function packSolids(solids: readonly Solid[]): Float32Array {
  const out = new Float32Array(solids.length * SOLID_NUMBERS);
  for (const [i, solid] of solids.entries()) out.set(solidNumbers(solid), i * SOLID_NUMBERS);
  return out;
}

function solidNumbers(solid: Solid): number[] {
  const { shade } = solid;
  switch (solid.kind) {
    case 'sphere':
      return [...solid.centre, SOLID_KINDS.capsule, ...solid.centre, solid.radius, 1, 0, shade, 0];
    case 'capsule':
      return [...solid.ends[0], SOLID_KINDS.capsule, ...solid.ends[1], solid.radius, 1, 0, shade, 0];
    case 'box': {
      const half = solid.sides.map((side) => side / 2);
      const turn = solid.turn ?? 0;
      return [...solid.centre, SOLID_KINDS.box, ...half, 0, Math.cos(turn), Math.sin(turn), shade, 0];
    }
    case 'ground':
      return [0, solid.height, 0, SOLID_KINDS.ground, 0, 0, 0, 0, 1, 0, shade, 0];
  }
}

/** The numbers of a camera's view as `rayCast` takes them, for pictures `aspect` times as wide as high. */
export function packView({ eye, target, fieldOfView }: Camera, aspect: number): Float32Array {
  // The camera's axes in the world: to the right, up, and backwards.
  const axes = mat4.targetTo(mat4.create(), [...eye], [...target], [0, 1, 0]);
  const reach = Math.tan((fieldOfView * Math.PI) / 360);
  const axis = (column: number, scale: number) => [0, 1, 2].map((row) => scale * axes[4 * column + row]!);
  const light = vec3.normalize(vec3.create(), [...LIGHT]);
  const out = new Float32Array(VIEW_NUMBERS);
  out.set([...eye, 0, ...axis(0, aspect * reach), 0, ...axis(1, reach), 0]);
  out.set([...axis(2, -1), 0, ...light, AMBIENT], 12);
  return out;
}

/** A camera that goes round `target` from one angle to another (radians about y, 0 in front), evenly. */
export function orbit(
  target: Point,
  { radius, height, angles, fieldOfView = 40 }: OrbitOptions,
): (progress: number) => Camera {
  return (progress) => {
    const angle = mix(angles[0], angles[1], progress);
    const arm = vec3.rotateY(vec3.create(), [0, height, radius], [0, 0, 0], angle);
    const [x = 0, y = 0, z = 0] = vec3.add(arm, arm, [...target]);
    return { eye: [x, y, z], target, fieldOfView };
  };
}

/** Options of {@link orbit}. */
export interface OrbitOptions {
  readonly radius: number;
  /** Above the target. */
  readonly height: number;
  readonly angles: readonly [number, number];
  readonly fieldOfView?: number;
}

/** A camera that travels in a straight line, gently at both ends, with its eye and its target. */
export function dolly(
  eyes: readonly [Point, Point],
  targets: readonly [Point, Point],
  fieldOfView = 40,
): (progress: number) => Camera {
  const between = ([a, b]: readonly [Point, Point], t: number): Point => [
    mix(a[0], b[0], t),
    mix(a[1], b[1], t),
    mix(a[2], b[2], t),
  ];
  return (progress) => {
    const t = smooth(progress);
    return { eye: between(eyes, t), target: between(targets, t), fieldOfView };
  };
}

/** From 0 to 1 with no speed at either end. */
export function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

/** `a` at 0, `b` at 1. */
export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}
