import { expect, test } from 'vitest';
import { preludeText, specialise } from '../../src/gpu/shader.ts';

test('a prelude is sorted, typed and starts with the features it needs', () => {
  const text = preludeText({
    types: { X: 'f16', A: 'f32' },
    constants: { TILE: 8, FLAG: true, EPS: { f32: 1e-5 }, ONE: { f32: 1 } },
  });
  expect(text).toBe(
    [
      'enable f16;',
      'alias A = f32; alias A2 = vec2<f32>; alias A4 = vec4<f32>;',
      'alias X = f16; alias X2 = vec2<f16>; alias X4 = vec4<f16>;',
      'const EPS = f32(0.00001);',
      'const FLAG = true;',
      'const ONE = f32(1.0);',
      'const TILE = 8u;',
      '',
    ].join('\n'),
  );
  expect(preludeText({ constants: { B: 1, A: 2 } })).toBe(preludeText({ constants: { A: 2, B: 1 } }));
});

test('a constant that is no whole number is refused by name', () => {
  expect(() => preludeText({ constants: { SCALE: 0.5 } })).toThrow(/SCALE.*0\.5/);
  expect(() => preludeText({ constants: { TILE: -1 } })).toThrow(/TILE/);
});

test('the file follows the prelude unchanged', () => {
  const code = specialise({ name: 'op', wgsl: 'fn f() {}\n' }, { constants: { N: 1 } });
  expect(code).toBe('const N = 1u;\nfn f() {}\n');
});
