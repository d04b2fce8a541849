// The built-in scenes of the render mode: a figure that walks, a horse that trots, a city to drive through.

import { dolly, orbit, type Point, type Scene, type Solid } from './scene.ts';

const GROUND: Solid = { kind: 'ground', height: 0, shade: 0.55 };

/** A limb of two segments from `joint`: angles from straight down, forward (+x) positive; the second is added. */
function limb(
  joint: Point,
  lengths: readonly [number, number],
  angles: readonly [number, number],
  radius: number,
  shade: number,
): Solid[] {
  const reach = ([x, y, z]: Point, length: number, angle: number): Point => [
    x + length * Math.sin(angle),
    y - length * Math.cos(angle),
    z,
  ];
  const middle = reach(joint, lengths[0], angles[0]);
  const end = reach(middle, lengths[1], angles[0] + angles[1]);
  return [
    { kind: 'capsule', ends: [joint, middle], radius, shade },
    { kind: 'capsule', ends: [middle, end], radius: 0.85 * radius, shade },
  ];
}

/** How far a knee is bent while its leg swings forward. */
const bend = (phase: number, most: number) => -most * Math.max(0, Math.cos(phase));

/** Metres a second, and steps. */
const WALK = { speed: 1.1, rate: 2 * Math.PI * 0.9 };

const walker: Scene = {
  title: 'Walker',
  prompt: 'a golden robot walking on the moon',
  solids(time) {
    const x = WALK.speed * time;
    const phase = WALK.rate * time;
    const hip = 0.92 + 0.03 * Math.cos(2 * phase);
    const swing = 0.5 * Math.sin(phase);
    const leg = (z: number, sign: number) =>
      limb([x, hip, z], [0.44, 0.42], [sign * swing, bend(phase + (sign < 0 ? Math.PI : 0), 0.9)], 0.09, 0.8);
    const arm = (z: number, sign: number) =>
      limb([x, hip + 0.5, z], [0.29, 0.27], [sign * swing, 0.35 + 0.2 * sign * swing], 0.065, 0.85);
    return [
      GROUND,
      {
        kind: 'capsule',
        ends: [
          [x, hip + 0.06, 0],
          [x + 0.03, hip + 0.46, 0],
        ],
        radius: 0.17,
        shade: 0.9,
      },
      { kind: 'sphere', centre: [x + 0.05, hip + 0.79, 0], radius: 0.15, shade: 0.95 },
      ...leg(0.1, 1),
      ...leg(-0.1, -1),
      ...arm(0.24, -1),
      ...arm(-0.24, 1),
      { kind: 'box', centre: [-1.6, 0.5, -2.6], sides: [1, 1, 1], turn: 0.5, shade: 0.7 },
      { kind: 'sphere', centre: [1.4, 0.6, -3.2], radius: 0.6, shade: 0.7 },
      { kind: 'box', centre: [4.2, 0.9, -3], sides: [0.8, 1.8, 0.8], turn: 0.2, shade: 0.7 },
    ];
  },
  camera(time) {
    const x = WALK.speed * time;
    return { eye: [x + 0.6, 1.5, 3.6], target: [x + 0.1, 0.9, 0], fieldOfView: 40 };
  },
};

/** Strides a second. */
const TROT = 2 * Math.PI * 1.3;

const horse: Scene = {
  title: 'Horse',
  prompt: 'a brown horse on a green meadow',
  solids(time) {
    const phase = TROT * time;
    const back = 1.25 + 0.03 * Math.sin(2 * phase);
    const leg = (x: number, z: number, offset: number) =>
      limb(
        [x, back - 0.1, z],
        [0.5, 0.6],
        [0.45 * Math.sin(phase + offset), bend(phase + offset, 0.8)],
        0.085,
        0.75,
      );
    const nod = 0.05 * Math.sin(2 * phase);
    const chest: Point = [0.6, back + 0.1, 0];
    const poll: Point = [1.1, back + 0.7 + nod, 0];
    return [
      GROUND,
      {
        kind: 'capsule',
        ends: [
          [-0.55, back, 0],
          [0.5, back, 0],
        ],
        radius: 0.3,
        shade: 0.85,
      },
      { kind: 'capsule', ends: [chest, poll], radius: 0.15, shade: 0.85 },
      { kind: 'capsule', ends: [poll, [1.48, back + 0.42 + nod, 0]], radius: 0.11, shade: 0.9 },
      {
        kind: 'capsule',
        ends: [
          [-0.82, back + 0.1, 0],
          [-1.15, back - 0.45, 0.06 * Math.sin(phase)],
        ],
        radius: 0.06,
        shade: 0.7,
      },
      ...leg(0.5, 0.16, 0),
      ...leg(0.5, -0.16, Math.PI),
      ...leg(-0.6, 0.16, Math.PI),
      ...leg(-0.6, -0.16, 0),
    ];
  },
  camera: (_time, progress) =>
    orbit([0.15, 1, 0], { radius: 4.6, height: 0.6, angles: [-0.5, 0.5] })(progress),
};

/** Blocks in rows beside a street along z: their heights repeat nowhere near. */
const BLOCKS: readonly Solid[] = Array.from({ length: 18 }, (_, i) => {
  const side = i % 2 === 0 ? -1 : 1;
  const row = Math.floor(i / 2);
  const height = 2 + 4 * ((i * 0.618034) % 1);
  const width = 2.2 + ((i * 0.754878) % 1);
  return {
    kind: 'box',
    centre: [side * (3 + width / 2), height / 2, -4 * row],
    sides: [width, height, 3],
    shade: 0.6 + 0.3 * ((i * 0.56984) % 1),
  };
});

const city: Scene = {
  title: 'City blocks',
  prompt: 'a city at night',
  solids: (time) => [
    GROUND,
    ...BLOCKS,
    { kind: 'box', centre: [1.1, 0.5, -9 + 1.5 * time], sides: [1.2, 0.7, 2.4], shade: 0.9 },
    { kind: 'box', centre: [1.1, 1, -9.2 + 1.5 * time], sides: [1, 0.5, 1.2], shade: 0.9 },
  ],
  camera: (_time, progress) =>
    dolly(
      [
        [-0.6, 1.8, 5],
        [-0.2, 2.6, -2],
      ],
      [
        [0, 1.6, -8],
        [0.3, 1.4, -16],
      ],
      50,
    )(progress),
};

/** Scenes by name. */
export const SCENES = { walker, horse, city } as const satisfies Record<string, Scene>;

/** Name of a built-in scene. */
export type SceneName = keyof typeof SCENES;
