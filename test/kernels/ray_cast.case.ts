import { rayCast } from '../../src/kernels/ray_cast.ts';
import { randomArray } from '../random.ts';
import type { KernelCase, Shape } from './run-case.ts';

type Vector = readonly [number, number, number];

const SKY = 0.7;
const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const plus = (a: Vector, b: Vector, scale = 1): Vector => [
  a[0] + scale * b[0],
  a[1] + scale * b[1],
  a[2] + scale * b[2],
];
const vector = (data: ArrayLike<number>, at: number): Vector => [data[at]!, data[at + 1]!, data[at + 2]!];
const unit = (v: Vector): Vector => plus([0, 0, 0], v, 1 / Math.hypot(...v));

/** All places where a ray enters a solid, with the normal there: the nearest ahead is seen. */
type Entries = readonly (readonly [t: number, normal: Vector])[];

/** Roots of |from + t ray|² = radius², the smaller one. */
function enters(from: Vector, ray: Vector, radius: number): number | undefined {
  const [a, b, c] = [dot(ray, ray), 2 * dot(from, ray), dot(from, from) - radius ** 2];
  const root = b * b - 4 * a * c;
  return a < 1e-12 || root < 0 ? undefined : (-b - Math.sqrt(root)) / (2 * a);
}

function capsule(eye: Vector, ray: Vector, a: Vector, b: Vector, radius: number): Entries {
  const found: (readonly [number, Vector])[] = [];
  for (const end of [a, b]) {
    const t = enters(plus(eye, end, -1), ray, radius);
    if (t !== undefined) found.push([t, unit(plus(plus(eye, ray, t), end, -1))]);
  }
  const axis = plus(b, a, -1);
  const length = Math.hypot(...axis);
  if (length === 0) return found;
  const along = unit(axis);
  const across = (v: Vector) => plus(v, along, -dot(v, along));
  const t = enters(across(plus(eye, a, -1)), across(ray), radius);
  if (t === undefined) return found;
  const point = plus(plus(eye, ray, t), a, -1);
  const height = dot(point, along);
  return height < 0 || height > length ? found : [...found, [t, unit(across(point))]];
}

/** The six faces one by one, each in the world's own frame. */
function box(eye: Vector, ray: Vector, centre: Vector, half: Vector, [cos, sin]: readonly number[]): Entries {
  const axes: Vector[] = [
    [cos!, 0, -sin!],
    [0, 1, 0],
    [sin!, 0, cos!],
  ];
  const found: (readonly [number, Vector])[] = [];
  for (const [i, axis] of axes.entries()) {
    for (const sign of [-1, 1]) {
      const normal = plus([0, 0, 0], axis, sign);
      const speed = dot(ray, normal);
      if (speed >= 0) continue;
      const t = (half[i]! - dot(plus(eye, centre, -1), normal)) / speed;
      const point = plus(plus(eye, ray, t), centre, -1);
      const inside = axes.every((other, j) => j === i || Math.abs(dot(point, other)) <= half[j]!);
      if (inside) found.push([t, normal]);
    }
  }
  return found;
}

function ground(eye: Vector, ray: Vector, height: number): Entries {
  return [[(height - eye[1]) / ray[1], [0, eye[1] > height ? 1 : -1, 0]]];
}

/** Grey and disparity of one ray, by trying every surface of every solid. */
function cast(solids: ArrayLike<number>, view: ArrayLike<number>, x: number, y: number): [number, number] {
  const eye = vector(view, 0);
  const ray = plus(plus(vector(view, 12), vector(view, 4), x), vector(view, 8), y);
  let nearest = Infinity;
  let grey = SKY;
  for (let at = 0; at < solids.length; at += 12) {
    const [a, b] = [vector(solids, at), vector(solids, at + 4)];
    const kind = solids[at + 3];
    const entries =
      kind === 0
        ? capsule(eye, ray, a, b, solids[at + 7]!)
        : kind === 1
          ? box(eye, ray, a, b, [solids[at + 8]!, solids[at + 9]!])
          : ground(eye, ray, a[1]);
    for (const [t, normal] of entries) {
      if (!(t >= 1e-3 && t < nearest)) continue;
      nearest = t;
      const ambient = view[19]!;
      const light = Math.max(0, dot(normal, vector(view, 16)));
      grey = solids[at + 10]! * (ambient + (1 - ambient) * light);
    }
  }
  return [grey, 1 / nearest];
}

/** A ground, and `solids` less one spheres, capsules and turned boxes before the camera, others in every frame. */
function scene({ frames = 0, solids: count = 0, seed = 0 }: Shape): Float32Array {
  const random = randomArray(frames * count * 12, seed);
  return Float32Array.from(random, (_, i) => {
    const [solid, number] = [Math.floor(i / 12) % count, i % 12];
    const r = (offset: number) => random[i - number + offset]!;
    if (solid === 0) return [0, -1, 0, 2, 0, 0, 0, 0, 1, 0, 0.5, 0][number]!;
    const isBox = solid % 3 === 2;
    const centre = [1.5 * r(0), 0.8 * r(1), -4 + r(2)];
    const other = isBox
      ? [0.6 + 0.4 * Math.abs(r(4)), 0.5, 0.4]
      : solid % 3 === 1
        ? centre
        : centre.map((c, j) => c + r(4 + j));
    const angle = 3 * r(8);
    const turn = [Math.cos(angle), Math.sin(angle)];
    return [...centre, isBox ? 1 : 0, ...other, 0.5, ...turn, 0.6 + 0.3 * r(10), 0][number]!;
  });
}

function views({ frames = 0, h = 1, w = 1, seed = 0 }: Shape): Float32Array {
  const random = randomArray(2 * frames, seed + 1);
  return Float32Array.from({ length: frames * 20 }, (_, i) => {
    const frame = Math.floor(i / 20);
    const angle = 0.2 * random[2 * frame]!;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [x, y] = [(0.6 * w) / h, 0.6];
    const light = unit([0.5, 0.8, 0.4]);
    const eye = [0.3 * random[2 * frame + 1]!, 0.2, 1];
    // A little downwards: the horizon runs through no row's middle.
    const ahead = unit([sin, -0.13, -cos]);
    return [...eye, 0, x * cos, 0, x * sin, 0, 0, y, 0, 0, ...ahead, 0, ...light, 0.3][i % 20]!;
  });
}

/** How far, in pixels, rays about a pixel's are tried: rounding moves a ray by less than a hundredth of it. */
const JITTER = 2e-4;

/**
 * The twin. A ray that grazes an edge may be seen on either side of it, by rounding alone: the scenes of the sweep have
 * no such ray, which is checked here.
 */
function reference(
  shape: Shape,
  { solids, views: seen }: Readonly<Record<string, Float32Array | Uint32Array>>,
  variant: string,
): Float32Array {
  const { frames = 0, h = 0, w = 0, solids: count = 0, samples = 0 } = shape;
  const rays = variant === 'grey' ? samples : 1;
  const which = variant === 'grey' ? 0 : 1;
  const out = new Float32Array(frames * h * w);
  for (let i = 0; i < out.length; i++) {
    const [frame, py, px] = [Math.floor(i / (h * w)), Math.floor(i / w) % h, i % w];
    const own = solids!.subarray(frame * count * 12, (frame + 1) * count * 12);
    const view = seen!.subarray(frame * 20, (frame + 1) * 20);
    const at = (x: number, y: number) => cast(own, view, (2 * x) / w - 1, 1 - (2 * y) / h)[which];
    for (let ray = 0; ray < rays ** 2; ray++) {
      const x = px + ((ray % rays) + 0.5) / rays;
      const y = py + (Math.floor(ray / rays) + 0.5) / rays;
      const value = at(x, y);
      for (const [dx, dy] of [
        [JITTER, 0],
        [-JITTER, 0],
        [0, JITTER],
        [0, -JITTER],
      ] as const) {
        if (Math.abs(at(x + dx, y + dy) - value) > 0.02) {
          throw new Error(
            `ray_cast: the ray at ${x}, ${y} of frame ${frame} grazes an edge: take another seed`,
          );
        }
      }
      out[i]! += value / rays ** 2;
    }
  }
  return out;
}

export const rayCastCase: KernelCase = {
  op: 'ray_cast',
  variants: ['grey', 'disparity'],
  shapes: [
    { frames: 1, h: 1, w: 1, solids: 1, samples: 1, seed: 1 },
    { frames: 1, h: 3, w: 5, solids: 2, samples: 3, seed: 1 },
    { frames: 3, h: 7, w: 13, solids: 5, samples: 2, seed: 1 },
    { frames: 2, h: 17, w: 31, solids: 11, samples: 1, seed: 1 },
    { frames: 1, h: 32, w: 48, solids: 7, samples: 2, seed: 1 },
  ],
  inputs: (shape) => {
    const { frames = 0, solids: count = 0 } = shape;
    return {
      solids: { shape: [frames, count, 12], data: scene(shape), dtype: 'f32' },
      views: { shape: [frames, 20], data: views(shape), dtype: 'f32' },
    };
  },
  record: (rec, { h = 0, w = 0, samples = 0 }, variant, { solids, views: seen }) => {
    const { grey, disparity } = rayCast(rec, solids!, seen!, [h, w], { samples, sky: SKY });
    return variant === 'grey' ? grey : disparity;
  },
  reference,
  flops: ({ frames = 0, h = 0, w = 0, solids: count = 0, samples = 0 }) =>
    90 * frames * h * w * count * (samples ** 2 + 1),
  bytes: ({ frames = 0, h = 0, w = 0, solids: count = 0 }) => 4 * frames * (12 * count + 20 + h * w),
  rtol: 1e-4,
  atol: 1e-4,
};
