import { expect, test } from 'vitest';
import type { SourceFrame } from '../../src/editor/source/source.ts';
import { meanDirection, SourceContent } from '../../src/editor/content/source_content.ts';

test('of a clip of any length at most eight frames are kept, evenly spread, the first among them', () => {
  for (let count = 1; count <= 200; count++) {
    const content = new SourceContent();
    for (let index = 0; index < count; index++) content.offer({ index } as SourceFrame);
    const { kept } = content;
    expect(kept.length).toBeLessThanOrEqual(8);
    expect(kept.length).toBeGreaterThanOrEqual(Math.min(count, 5));
    const stride = kept[1] ?? 1;
    expect(kept).toEqual(kept.map((_, i) => i * stride));
    expect(kept.at(-1)! + stride).toBeGreaterThanOrEqual(count);
  }
});

test('the mean of directions asks no vector how long it is', () => {
  const [x, y] = meanDirection([
    [100, 0],
    [0, 0.5],
  ]);
  // Norm √2, half way between the axes.
  expect(x).toBeCloseTo(1, 12);
  expect(y).toBeCloseTo(1, 12);
});
