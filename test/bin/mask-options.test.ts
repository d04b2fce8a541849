import { describe, expect, test } from 'vitest';
import { readMaskOptions } from '../../bin/mask-options.ts';

const NONE = { 'mask-background': false };

describe('masks on the command line', () => {
  test('no mask, a box, a range of depth, the background', () => {
    expect(readMaskOptions(NONE)).toBeUndefined();
    expect(readMaskOptions({ ...NONE, 'mask-box': '0.25,0,0.5,1' })).toEqual({
      pictures: [],
      region: { box: { x: 0.25, y: 0, width: 0.5, height: 1 } },
      edit: 'inside',
    });
    expect(readMaskOptions({ 'mask-background': true, 'mask-depth': '1, 0.4' })).toEqual({
      pictures: [],
      region: { depth: [1, 0.4] },
      edit: 'outside',
    });
  });

  test('painted pictures, each with the second of its frame', () => {
    expect(readMaskOptions({ ...NONE, 'mask-picture': ['a.png', 'b@2x.png@1.5'] })).toEqual({
      pictures: [
        { file: 'a.png', time: 0 },
        { file: 'b@2x.png', time: 1.5 },
      ],
      region: undefined,
      edit: 'inside',
    });
  });

  test.each<[string, Parameters<typeof readMaskOptions>[0], RegExp]>([
    ['two masks', { ...NONE, 'mask-box': '0,0,1,1', 'mask-depth': '1,0' }, /one of --mask-box, --mask-depth/],
    ['a background of nothing', { 'mask-background': true }, /--mask-background needs a mask/],
    ['three numbers', { ...NONE, 'mask-box': '0,0,1' }, /--mask-box must be <x,y,w,h>, got '0,0,1'/],
    ['an empty number', { ...NONE, 'mask-box': '0,0,,1' }, /--mask-box must be/],
    ['words', { ...NONE, 'mask-depth': 'near,far' }, /--mask-depth must be <near,far>, got 'near,far'/],
    ['no time', { ...NONE, 'mask-picture': ['a.png@soon'] }, /--mask-picture must be .* got 'a\.png@soon'/],
    ['no file', { ...NONE, 'mask-picture': ['@1'] }, /--mask-picture must be/],
  ])('%s: refused', (_, words, message) => {
    expect(() => readMaskOptions(words)).toThrow(message);
  });
});
