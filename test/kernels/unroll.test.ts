import { expect, test } from 'vitest';
import { unroll } from '../../src/kernels/unroll.ts';

test('unroll: repeats blocks, nested ones too, and leaves the rest alone', () => {
  const wgsl = [
    'before',
    '//unroll r',
    '  row$r',
    '  //unroll d',
    '  a$r_$du',
    '  //end',
    '//end',
    'after $r',
  ];
  const lines = ['before', '  row0', '  a0_0u', '  a0_1u', '  row1', '  a1_0u', '  a1_1u', 'after $r'];
  expect(unroll(wgsl.join('\n'), { r: 2, d: 2 })).toBe(lines.join('\n'));
});

test('unroll: refuses a block without an end or a count', () => {
  expect(() => unroll('//unroll r\nx', { r: 2 })).toThrow(/no \/\/end/);
  expect(() => unroll('//unroll r\nx\n//end', { d: 2 })).toThrow(/no count for r/);
});
