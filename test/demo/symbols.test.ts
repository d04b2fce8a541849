import { expect, test } from 'vitest';
import { piecesOf } from '../../demo/symbols.ts';

const plain = (text: string) => ({ text, symbol: false });

test('symbols are told from the words about them', () => {
  expect(piecesOf('Smoothness ω_t')).toEqual([plain('Smoothness '), { text: 'ω', symbol: true, index: 't' }]);
  expect(piecesOf('t_s 2 · ω 5.5')).toEqual([
    { text: 't', symbol: true, index: 's' },
    plain(' 2 · '),
    { text: 'ω', symbol: true, index: undefined },
    plain(' 5.5'),
  ]);
});

test('what only looks like one is left alone', () => {
  for (const text of ['weights_t_s.safetensors', 'tuned.t_s', 'at_start', 'no symbol at all'])
    expect(piecesOf(text)).toEqual([plain(text)]);
});
