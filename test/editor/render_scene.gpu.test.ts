import { expect } from 'vitest';
import { checkedClip, type SceneFrame, sceneFrames } from '../../src/editor/scenes/render_scene.ts';
import { orbit, type Scene } from '../../src/editor/scenes/scene.ts';
import { gpuTest } from '../gpu.ts';

gpuTest('a scene is rendered frame by frame, with the depth that its geometry says', async (gpu) => {
  const scene: Scene = {
    title: 'A ball that comes nearer',
    prompt: 'a red ball',
    solids: (time) => [
      { kind: 'ground', height: 0, shade: 0.5 },
      { kind: 'sphere', centre: [0, 1 + time, 0], radius: 0.5, shade: 1 },
    ],
    camera: (_, progress) => orbit([0, 1, 0], { radius: 5, height: 0, angles: [0, 2] })(progress),
  };
  const clip = checkedClip({ scene, seconds: 1, fps: 2, size: { width: 34, height: 18 } });
  const frames: SceneFrame[] = [];
  for await (const frame of sceneFrames(gpu, clip)) frames.push(frame);
  expect(frames).toHaveLength(2);
  const [first, second] = frames as [SceneFrame, SceneFrame];
  expect(first.grey).toHaveLength(34 * 18);
  // The pixel right of and below the centre sees the ball's nearest point, but for half a pixel.
  const centre = 9 * 34 + 17;
  expect(first.disparity[centre]).toBeCloseTo(1 / 4.5, 2);
  // Half a metre higher it is seen above.
  expect(second.disparity[centre - 2 * 34]).toBeCloseTo(1 / 4.5, 1);
  // The last row sees the ground where its ray comes down by the eye's height.
  const down = (17.5 / 9 - 1) * Math.tan((20 * Math.PI) / 180);
  expect(first.disparity[17 * 34 + 17]).toBeCloseTo(down, 4);
  expect(first.disparity[0]).toBe(0);
  for (const { grey } of frames) expect(grey.every((value) => value >= 0 && value <= 1)).toBe(true);
});
