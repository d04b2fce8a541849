import { describe, expect, test } from 'vitest';
import { checkedClip, type SceneOptions } from '../../src/editor/scenes/render_scene.ts';
import { dolly, orbit, packView } from '../../src/editor/scenes/scene.ts';
import { SCENES } from '../../src/editor/scenes/built_in.ts';

const part = (view: Float32Array, at: number) => [...view.subarray(at, at + 3)];
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

test("a view's axes stand at right angles and reach to the picture's edges", () => {
  const view = packView({ eye: [3, 2, 4], target: [0, 1, 0], fieldOfView: 60 }, 2);
  const [right, up, forward, light] = [part(view, 4), part(view, 8), part(view, 12), part(view, 16)];
  expect(Math.hypot(...up)).toBeCloseTo(Math.tan(Math.PI / 6), 6);
  expect(Math.hypot(...right)).toBeCloseTo(2 * Math.tan(Math.PI / 6), 6);
  expect(Math.hypot(...forward)).toBeCloseTo(1, 6);
  expect(Math.hypot(...light)).toBeCloseTo(1, 6);
  expect(dot(right, up)).toBeCloseTo(0, 6);
  expect(dot(right, forward)).toBeCloseTo(0, 6);
  expect(dot(up, forward)).toBeCloseTo(0, 6);
  expect(dot(forward, [-3, -1, -4])).toBeCloseTo(Math.hypot(3, 1, 4), 5);
  expect(up[1]).toBeGreaterThan(0);
});

test('cameras keep their distance, and rest at both ends of a straight way', () => {
  const around = orbit([1, 1, 0], { radius: 4, height: 3, angles: [0, Math.PI / 2] });
  for (const progress of [0, 0.3, 1]) {
    const { eye, target } = around(progress);
    expect(Math.hypot(eye[0] - 1, eye[1] - 1, eye[2])).toBeCloseTo(5, 5);
    expect(target).toEqual([1, 1, 0]);
  }
  expect(around(1).eye[0]).toBeCloseTo(5, 5);
  const along = dolly(
    [
      [0, 0, 0],
      [0, 0, -8],
    ],
    [
      [0, 0, -1],
      [0, 0, -9],
    ],
  );
  expect(along(0.5).eye[2]).toBeCloseTo(-4, 9);
  expect(along(0.01).eye[2]).toBeGreaterThan(-0.01);
});

test.each(Object.entries(SCENES))('%s: as many solids at any time, all of them finite', (_, scene) => {
  const count = scene.solids(0).length;
  for (const time of [0, 0.37, 2, 100]) {
    expect(scene.solids(time)).toHaveLength(count);
    expect(JSON.stringify([scene.solids(time), scene.camera(time, 0.5)])).not.toContain('null');
  }
});

describe('options', () => {
  test('defaults', () => {
    expect(checkedClip({ scene: 'horse' })).toMatchObject({ fps: 8, count: 16, size: { width: 320 } });
    expect(checkedClip({ scene: 'city', seconds: 0.01 }).count).toBe(1);
  });

  test.each<[SceneOptions, RegExp]>([
    [{ scene: 'moon' as 'city' }, /scene must be one of walker, horse, city, got 'moon'/],
    [{ scene: 'city', seconds: 0 }, /seconds must be more than 0 to 600, got 0/],
    [{ scene: 'city', fps: NaN }, /fps must be more than 0 to 120, got NaN/],
    [{ scene: 'city', size: { width: 33, height: 32 } }, /even sides from 16 to 4096, got 33x32/],
  ])('%o is refused', (options, message) => {
    expect(() => checkedClip(options)).toThrow(message);
  });
});
