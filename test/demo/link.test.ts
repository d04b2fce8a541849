import { expect, test } from 'vitest';
import type { MaskOptions } from '../../src/index.ts';
import { fromHash, toHash } from '../../demo/state/link.ts';
import { DEFAULTS } from '../../demo/state/settings.ts';

test('what differs from the defaults goes into a link and comes out of it', () => {
  const settings = { ...DEFAULTS, mode: 'render', prompt: 'a & b = "ü"', temporal: 1.25, fps: 4 } as const;
  const hash = toHash({ settings, clip: 'runner' });
  expect(fromHash(`#${hash}`)).toEqual({
    settings: { mode: 'render', prompt: 'a & b = "ü"', temporal: 1.25, fps: 4 },
    clip: 'runner',
    mask: undefined,
  });
  expect(toHash({ settings: DEFAULTS })).toBe('');
});

test.each<MaskOptions>([
  { region: { depth: [1, 0.5] }, edit: 'outside', feather: 0 },
  { region: { box: { x: 0.25, y: 0, width: 0.5, height: 1 } }, edit: 'inside', feather: 12 },
])('a mask of numbers goes along: %j', (mask) => {
  expect(fromHash(toHash({ settings: DEFAULTS, mask })).mask).toEqual(mask);
});

test('a painted mask is no part of a link', () => {
  expect(toHash({ settings: DEFAULTS, mask: { region: { brush: [] } } })).toBe('');
});

test.each([
  'steps=many&seed=&guidance=NaN',
  'mask=depth+0.5+1+inside+4', // far before near
  'mask=depth+1+0.5+0+inside+4',
  'mask=box+0.6+0+0.6+1+inside+4', // beyond the frame
  'mask=box+0+0+0+1+inside+4',
  'mask=box+0+0+1+1+inside+1e9',
  'mask=brush',
  'colour=red',
])('a mangled link is passed over: %s', (hash) => {
  expect(fromHash(hash)).toEqual({ settings: {}, clip: undefined, mask: undefined });
});
