// A rendered clip whose subject's outline is known: a textured star that moves, turns and grows before a background that
// pans, and the truth as masks.

import type { FrameSource } from '../../src/editor/source/source.ts';
import { uniform } from '../random.ts';

/** Frames and the true mask of each, 255 on the subject. */
export interface MovingSubject {
  readonly source: FrameSource;
  readonly masks: readonly Uint8Array<ArrayBuffer>[];
}

/** Smooth noise of a lattice with cells of `cell` pixels, 0..1, three channels. */
function texture(seed: number, cell: number): (x: number, y: number) => [number, number, number] {
  const next = uniform(seed);
  const lattice = Float32Array.from({ length: 64 * 64 * 3 }, () => next());
  const at = (x: number, y: number, c: number) => lattice[(((y & 63) << 6) + (x & 63)) * 3 + c]!;
  return (x, y) => {
    const [u, v] = [x / cell, y / cell];
    const [i, j] = [Math.floor(u), Math.floor(v)];
    const [s, t] = [u - i, v - j];
    const channel = (c: number) =>
      (1 - t) * ((1 - s) * at(i, j, c) + s * at(i + 1, j, c)) +
      t * ((1 - s) * at(i, j + 1, c) + s * at(i + 1, j + 1, c));
    return [channel(0), channel(1), channel(2)];
  };
}

/** `count` frames of `width` x `height`, 25 a second. */
export function movingSubject(count: number, width: number, height: number): MovingSubject {
  const ground = texture(1, 7);
  const skin = texture(2, 5);
  const masks: Uint8Array<ArrayBuffer>[] = [];
  const pictures = Array.from({ length: count }, (_, frame) => {
    const mask = new Uint8Array(width * height);
    const data = new Uint8Array(4 * width * height).fill(255);
    const share = frame / Math.max(count - 1, 1);
    const center = [width * (0.3 + 0.4 * share), height * (0.5 + 0.12 * Math.sin(2 * Math.PI * share))];
    const turn = 0.6 * share;
    const scale = 1 + 0.25 * share;
    for (let i = 0; i < width * height; i++) {
      const [x, y] = [i % width, Math.floor(i / width)];
      const [dx, dy] = [(x - center[0]!) / scale, (y - center[1]!) / scale];
      const [u, v] = [Math.cos(turn) * dx + Math.sin(turn) * dy, Math.cos(turn) * dy - Math.sin(turn) * dx];
      const reach = 0.22 * height * (1 + 0.35 * Math.cos(5 * Math.atan2(v, u)));
      const inside = Math.hypot(u, v) < reach;
      if (inside) mask[i] = 255;
      const [r, g, b] = inside ? skin(u + 100, v + 100) : ground(x + 1.2 * frame, y);
      // Warm subject, cool ground, both full of texture.
      const color = inside ? [80 + 170 * r, 40 + 120 * g, 60 * b] : [70 * r, 60 + 110 * g, 80 + 150 * b];
      data.set(color, 4 * i);
    }
    masks.push(mask);
    return data;
  });
  const interval = 40;
  const frames = pictures.map((_, i) => ({ time: interval * i, duration: interval }));
  const coding = { matrix: 'bt709', fullRange: true } as const;
  return {
    masks,
    source: {
      display: { width, height },
      timescale: 1000,
      frames,
      end: interval * count,
      async *read(indices = frames.map((_, i) => i)) {
        for (const index of indices) {
          await Promise.resolve();
          const planes = { format: 'RGBA', width, height, data: pictures[index]!, coding } as const;
          const orientation = { rotation: 0, flip: false } as const;
          yield { index, ...frames[index]!, pixels: { planes, orientation } };
        }
      },
    },
  };
}

/** Intersection over union of two masks, each cut at a half. */
export function overlap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let both = 0;
  let either = 0;
  for (let i = 0; i < a.length; i++) {
    const [one, other] = [a[i]! > 127, b[i]! > 127];
    if (one && other) both += 1;
    if (one || other) either += 1;
  }
  return either === 0 ? 1 : both / either;
}
