import { expect, test } from 'vitest';
import { latentPreview } from '../../src/editor/run/preview.ts';
import { durationText, planText, type EditPlan } from '../../src/editor/ask/plan.ts';

test('a preview is the linear map of every latent pixel, -1..1 to 0..255, clamped', () => {
  const map = {
    factors: [
      [1, 0, 0],
      [0, 2, -1],
    ],
    bias: [0, 0.5, 0],
  };
  const { width, height, frames, rgba } = latentPreview(
    map,
    0.5,
    Float32Array.of(0, 0, 0.25, 0.1, -1, 4),
    [1, 1, 3],
  );
  expect([width, height, frames]).toEqual([3, 1, 1]);
  // latents / 0.5: (0, 0), (0.5, 0.2), (-2, 8)
  expect([...rgba]).toEqual([128, 191, 128, 255, 191, 242, 102, 255, 0, 255, 0, 255]);
});

test('a plan reads well with one and with many', () => {
  const size = { width: 160, height: 96 };
  const plan = {
    adapter: 'a GPU',
    software: false,
    frames: 1,
    windows: 1,
    windowFrames: 8,
    working: size,
  } as EditPlan;
  const one = planText({ ...plan, output: size, steps: 1, evaluations: 2, seconds: 3605 });
  expect(one).toMatch(/1 frame in one window.*160x96/);
  expect(one).toMatch(/1 step, 2 evaluations each; about 1 h 0 min/);
  expect(
    planText({ ...plan, output: size, steps: 8, windows: 3, evaluations: 2, seconds: 93, software: true }),
  ).toMatch(/3 windows of 8[^]*1 min 33 s[^]*No GPU/);
  expect(durationText(59.4)).toBe('59 s');
});
