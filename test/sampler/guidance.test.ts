import { expect, test } from 'vitest';
import { classifierFreeGuidance, gen1Guidance } from '../../src/sampler/index.ts';

const outputs = { 'image-unconditional': 0.3, 'video-unconditional': -1.7, 'video-conditional': 2.2 };

test.each([
  [7.5, 1.3],
  [5, 1],
  [5, 0],
  [1, 1],
  [1, 1.5],
  [0, 1],
  [1.5, 1.5],
  [0, 0],
])('eq. 8 with w %d and w_t %d', (guidance, temporal) => {
  const terms = gen1Guidance(guidance, temporal);
  const [image, video, conditional] = Object.values(outputs) as [number, number, number];
  const want = image + temporal * (video - image) + guidance * (conditional - video);
  expect(terms.reduce((sum, { evaluation, weight }) => sum + weight * outputs[evaluation], 0)).toBeCloseTo(
    want,
    12,
  );
  expect(terms.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
});

test('only evaluations with a weight are asked for', () => {
  const names = (...weights: [number, number]) =>
    gen1Guidance(...weights).map(({ evaluation }) => evaluation);
  expect(names(5, 1.25)).toEqual(['image-unconditional', 'video-unconditional', 'video-conditional']);
  expect(names(5, 1)).toEqual(['video-unconditional', 'video-conditional']);
  expect(names(1, 1)).toEqual(['video-conditional']);
  expect(names(0, 1)).toEqual(['video-unconditional']);
  expect(names(0, 0)).toEqual(['image-unconditional']);
});

test('the rule of the prior', () => {
  expect(classifierFreeGuidance(2)).toEqual([
    { evaluation: 'unconditional', weight: -1 },
    { evaluation: 'conditional', weight: 2 },
  ]);
  expect(classifierFreeGuidance(1)).toEqual([{ evaluation: 'conditional', weight: 1 }]);
});

test.each([NaN, Infinity])('%d is refused', (value) => {
  expect(() => gen1Guidance(value, 1)).toThrow(/guidance is .* allowed: finite/);
  expect(() => gen1Guidance(1, value)).toThrow(/temporal is .* allowed: finite/);
  expect(() => classifierFreeGuidance(value)).toThrow(RangeError);
});
